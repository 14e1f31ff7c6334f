"""Content trees for tests."""

from pathlib import Path
from textwrap import dedent

from lessons.content.reading import content_hash

QUEST = """\
id: garden
title: {en: A small garden, ko: 작은 정원}
tagline: {en: Grow something, ko: 무언가를 길러요}
description: {en: From seed to harvest., ko: 씨앗에서 수확까지.}
language: en
difficulty: beginner
emoji: 🌱
xp: {lesson: 10, exercise: 15}
levels:
  - {at: 0, name: {en: Seed, ko: 씨앗}}
  - {at: 20, name: {en: Sprout, ko: 새싹}}
  - {at: 60, name: {en: Tree, ko: 나무}}
achievements:
  - id: first-step
    emoji: 👣
    name: {en: First step, ko: 첫걸음}
    description: {en: You began., ko: 시작했어요.}
    when: {first: read}
  - id: soil-done
    emoji: 🪴
    name: {en: Good soil, ko: 좋은 흙}
    description: {en: You know the ground., ko: 땅을 알아요.}
    when: {track: soil}
tracks: [soil, water]
"""
SOIL = """\
id: garden-soil
title: {en: Soil, ko: 흙}
description: {en: What plants stand in., ko: 식물이 서 있는 곳.}
emoji: 🪴
lessons: [what-soil-is, compost]
"""
WATER = """\
id: garden-water
title: {en: Water, ko: 물}
description: {en: Not too much., ko: 너무 많지 않게.}
emoji: 💧
lessons: [watering]
"""


def lesson_text(
    id: str,
    title: str = "A lesson",
    *,
    summary: str = "What this lesson says.",
    tags: str = "[basics]",
    status: str = "published",
    body: str = "Some words to read.",
    takeaways: str = "- One thing\n- Another thing",
    exercise: str = "Try it.",
    extra: str = "",
) -> str:
    """The text of a source edition."""
    front = f"id: {id}\ntitle: {title}\nsummary: {summary}\ntags: {tags}\nstatus: {status}\n{extra}"
    blocks = f"## Key Takeaways {{.takeaways}}\n\n{takeaways}\n" if takeaways else ""
    blocks += f"\n## Exercise {{.exercise}}\n\n{exercise}\n" if exercise else ""
    return f"---\n{front}---\n\n{body}\n\n{blocks}"


def translation_text(
    source: str,
    title: str = "수업",
    *,
    summary: str = "이 수업이 말하는 것.",
    body: str = "읽을 글입니다.",
    takeaways: str = "- 하나\n- 둘",
    exercise: str = "해 보세요.",
) -> str:
    """The text of a translation of the source edition whose text is ``source``."""
    front, _, rest = source.removeprefix("---\n").partition("\n---\n")
    values = dict(line.split(": ", 1) for line in front.splitlines() if ": " in line)
    digest = content_hash(values["title"], values["summary"], rest)
    return dedent(
        f'---\ntitle: {title}\nsummary: {summary}\nsource: "{digest}"\n---\n\n{body}\n\n'
        f"## 핵심 정리 {{.takeaways}}\n\n{takeaways}\n\n## 연습 {{.exercise}}\n\n{exercise}\n"
    )


def write_tree(root: Path) -> Path:
    """Write the quest "garden"; gives back ``root``."""
    files = {
        "garden/quest.yml": QUEST,
        "garden/soil/track.yml": SOIL,
        "garden/water/track.yml": WATER,
    }
    soil = lesson_text(
        "soil-is", "What soil is", body="## Sand and clay\n\nSoil is sand, silt and clay."
    )
    files["garden/soil/what-soil-is.md"] = soil
    files["garden/soil/what-soil-is.ko.md"] = translation_text(
        soil,
        "흙이란",
        body="## 모래와 점토\n\n흙은 모래와 미사와 점토예요. 대한민국의 흙도 그래요.",
    )
    files["garden/soil/compost.md"] = lesson_text(
        "soil-compost", "Compost", body="Leaves become [soil](what-soil-is.md#sand-and-clay)."
    )
    files["garden/water/watering.md"] = lesson_text(
        "water-how", "Watering", tags="[basics, water]", body="Water in the morning."
    )
    for name, text in files.items():
        write(root / name, text)
    return root


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
