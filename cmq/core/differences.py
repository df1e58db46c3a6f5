"""What changed between two texts."""

from diff_match_patch import diff_match_patch


def differences(before: str, after: str) -> list[tuple[str, str]]:
    """What changed between two texts, as (« same » | « removed » | « added », words), for showing."""
    tool = diff_match_patch()
    found = tool.diff_main(before, after)
    tool.diff_cleanupSemantic(found)
    names = {0: "same", -1: "removed", 1: "added"}
    return [(names[operation], text) for operation, text in found]
