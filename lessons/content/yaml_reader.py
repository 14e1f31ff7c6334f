"""YAML in which every scalar is text and every value knows its line.

``yaml.safe_load`` makes 750 of ``12:30``, False of ``no`` and 8 of ``010``. Here
nothing is guessed: the schema says what a value must be.
"""

from typing import Any

import yaml

from lessons.content.problems import Problem

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN_TAGS = {
    f"tag:yaml.org,2002:{name}"
    for name in "str int float bool null timestamp map seq merge value".split()
}

_DEEPEST = 20


class Text(str):
    """A scalar, as written."""

    line: int = 1


class Items(list[Any]):
    """A list of ``Text``, ``Items`` and ``Mapping``."""

    line: int = 1


class Mapping(dict[str, Any]):
    """A mapping with text keys."""

    line: int = 1


def read_yaml(
    source: str, path: str, problems: list[Problem], first_line: int = 1
) -> Mapping | None:
    """Read one mapping. On any mistake the problems grow and the result is what could be read.

    None when nothing could be read at all.
    """
    loader = _Loader(source)
    try:
        _refuse_the_hostile(source)
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + (mark.line if mark else 0)
        problems.append(
            Problem(
                path,
                line,
                f"not YAML: {error.problem}; mend the syntax (quote text that holds “: ” or “#”)",
            )
        )
        return None
    except yaml.YAMLError as error:
        problems.append(Problem(path, first_line, f"not YAML: {error}; take the character out"))
        return None
    finally:
        loader.dispose()
    if not isinstance(node, yaml.MappingNode):
        problems.append(Problem(path, first_line, "must be a mapping of “key: value” lines"))
        return None
    return _Converter(path, problems, first_line).mapping(node)


def _refuse_the_hostile(source: str) -> None:
    """Look at the events alone before anything is built. Raises MarkedYAMLError.

    Aliases can grow without bound and refer to themselves, and deep nesting exhausts the
    stack of the C parser, which no ``except`` catches. Content needs neither.
    """
    depth = 0
    for event in yaml.parse(source, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        mark: Any = event.start_mark
        if depth > _DEEPEST:
            raise yaml.MarkedYAMLError(problem="nested too deeply", problem_mark=mark)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.MarkedYAMLError(
                problem="anchors and aliases (& and *) are not allowed", problem_mark=mark
            )


class _Converter:
    def __init__(self, path: str, problems: list[Problem], first_line: int) -> None:
        self.path, self.problems, self.first_line = path, problems, first_line

    def mapping(self, node: yaml.MappingNode) -> Mapping:
        result = Mapping()
        result.line = self._line(node)
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._problem(key_node, "a key must be a word; quote text that begins with { or [")
                continue
            if key_node.value in result:
                self._problem(key_node, f"“{key_node.value}” stands twice; keep one of them")
            result[key_node.value] = self._value(value_node)
        return result

    def _value(self, node: yaml.Node) -> Text | Items | Mapping:
        if node.tag not in _PLAIN_TAGS:
            self._problem(
                node, f"the tag {node.tag} makes an object; write plain text, a list or a mapping"
            )
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node)
        if isinstance(node, yaml.SequenceNode):
            items = Items(self._value(child) for child in node.value)
            items.line = self._line(node)
            return items
        text = Text(node.value)
        text.line = self._line(node)
        return text

    def _line(self, node: yaml.Node) -> int:
        return self.first_line + int(node.start_mark.line)

    def _problem(self, node: yaml.Node, message: str) -> None:
        self.problems.append(Problem(self.path, self._line(node), message))
