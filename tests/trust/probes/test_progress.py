"""What a probe tells reaches whoever listens in its context, and nobody else."""

from promptassay.trust.probes import progress


def test_lines_reach_the_listener_inside_its_block_only() -> None:
    heard: list[str] = []
    progress.tell("nobody hears this")
    with progress.heard_by(heard.append):
        progress.tell("one")
        with progress.heard_by(lambda words: heard.append(f"inner {words}")):
            progress.tell("two")
        progress.tell("three")
    progress.tell("nor this")
    assert heard == ["one", "inner two", "three"]
