"""Content trees of any size, of lessons as long as real ones."""

from pathlib import Path

from tests.trees import QUEST, lesson_text, write

PER_TRACK, PER_QUEST = 10, 100
_WORDS = "A model learns from many pictures and draws a new one that could have been among them. "
BODY = "\n\n".join(
    f"## Part {part}\n\n"
    + _WORDS * 6
    + "**Bold** and `code`.\n\n- one\n- two\n\n```python\nfor x in range(10):\n    print(x)\n```"
    for part in range(1, 8)
)


def write_many(root: Path, count: int) -> Path:
    """Write ``count`` lessons of about 800 words in tracks of 10 and quests of 100."""
    for quest in range((count + PER_QUEST - 1) // PER_QUEST):
        tracks = [f"track-{n}" for n in range(PER_QUEST // PER_TRACK)]
        text = QUEST.replace("id: garden", f"id: quest-{quest}").replace(
            "{track: soil}", "{lessons: 5}"
        )
        write(
            root / f"quest-{quest}/quest.yml",
            text.replace("[soil, water]", f"[{', '.join(tracks)}]"),
        )
        for track in tracks:
            names = [f"lesson-{n}" for n in range(PER_TRACK)]
            write(
                root / f"quest-{quest}/{track}/track.yml",
                f"id: q{quest}-{track}\ntitle: {{en: {track}}}\ndescription: {{en: Words.}}\nemoji: 🌱\nlessons: [{', '.join(names)}]\n",
            )
            for name in names:
                write(
                    root / f"quest-{quest}/{track}/{name}.md",
                    lesson_text(f"q{quest}-{track}-{name}", name, body=BODY),
                )
    return root
