"""Alignment: blocks are equal and in order, as many as can be when effort suffices, and bounded when not."""

import random

from hypothesis import given
from hypothesis import strategies as st

from promptassay.language.align import ANCHORS_FROM, SPARSE_FROM, Block, Effort, align

sequences = st.lists(st.integers(0, 4), max_size=25)


def longest(a: list[int], b: list[int]) -> int:
    """Return the length of the longest common subsequence, by the table of all prefixes."""
    row = [0] * (len(b) + 1)
    for item in a:
        before = 0
        for index, other in enumerate(b, start=1):
            above = row[index]
            row[index] = before + 1 if item == other else max(above, row[index - 1])
            before = above
    return row[-1]


def check(a: list[int], b: list[int], blocks: list[Block]) -> int:
    x = y = 0
    for block in blocks:
        assert block.left >= x
        assert block.right >= y
        assert block.size > 0
        x, y = block.left + block.size, block.right + block.size
        assert a[block.left : x] == b[block.right : y]
    assert x <= len(a)
    assert y <= len(b)
    return sum(block.size for block in blocks)


@given(sequences, sequences)
def test_with_enough_effort_the_blocks_are_the_longest(a: list[int], b: list[int]) -> None:
    assert check(a, b, align(a, b, Effort(10**9))) == longest(a, b)


@given(sequences, sequences)
def test_without_effort_the_blocks_still_hold(a: list[int], b: list[int]) -> None:
    found = check(a, b, align(a, b, Effort(0)))
    assert found <= longest(a, b)
    assert found > 0 or not set(a) & set(b)


def test_equal_sequences_are_one_block() -> None:
    assert align([1, 2], [1, 2], Effort(0)) == [Block(0, 0, 2)]
    assert align([], [], Effort(0)) == []


def test_unique_items_anchor_long_sequences() -> None:
    chance = random.Random(5)
    a = [chance.randrange(3) for _ in range(ANCHORS_FROM)]
    b = [chance.randrange(3) for _ in range(ANCHORS_FROM)]
    for place in range(0, ANCHORS_FROM, 100):
        a[place] = b[place] = 1_000 + place
    blocks = align(a, b, Effort(0))
    check(a, b, blocks)
    paired = {block.left + i: block.right + i for block in blocks for i in range(block.size)}
    assert all(paired.get(place) == place for place in range(0, ANCHORS_FROM, 100))


def test_long_sequences_without_anchors_are_aligned_coarsely_and_hold() -> None:
    chance = random.Random(6)
    a = [chance.randrange(3) for _ in range(SPARSE_FROM)]
    b = [chance.randrange(3) for _ in range(SPARSE_FROM)]
    effort = Effort(50_000)
    assert check(a, b, align(a, b, effort)) > SPARSE_FROM // 3
    assert effort.left == 50_000


def test_effort_bounds_the_steps() -> None:
    chance = random.Random(7)
    a = [chance.randrange(9) for _ in range(5_000)]
    b = [chance.randrange(9) for _ in range(5_000)]
    effort = Effort(100_000)
    assert check(a, b, align(a, b, effort)) > 1_500
    assert -100_000 < effort.left < 100_000
