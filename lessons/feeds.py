from django.http import HttpRequest, HttpResponse


def site_feed(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def quest_feed(request: HttpRequest, quest: str) -> HttpResponse:
    return HttpResponse()
