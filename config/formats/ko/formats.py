"""How Korean writes a time of day: 오후 2:05, not Django's 2:05 오후."""

TIME_FORMAT = "A g:i"
DATETIME_FORMAT = "Y년 n월 j일 A g:i"
SHORT_DATETIME_FORMAT = "Y-n-j H:i"
