"""The menu: a short list of groups, the pages of a group as tabs above each; a reader sees what she may open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the menu, with the endpoints below it, which mark it as the one where the reader is."""

    endpoint: str
    verb: str
    below: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return f"nav.{self.endpoint}"


@dataclass(frozen=True, slots=True)
class Group:
    """One entry of the menu: the pages that the reader may open, of which it opens the first."""

    pages: tuple[Page, ...]
    label: str = ""
    """Text of its own, for when the first page does not speak for the others."""

    @property
    def text(self) -> str:
        return self.label if self.label and len(self.pages) > 1 else self.pages[0].text


GROUPS: Final = (
    Group((
        Page("home", "desk.read"),
        Page("programme_glance", "desk.read", ("count_programme",)),
    )),
    Group((
        Page("women", "register.read", (
            "woman", "reveal", "card", "cards", "dossier", "save_filter", "drop_filter", "find_twin", "compare",
            "merge", "confirm_unmerge", "unmerge", "confirm_delete", "delete", "restore", "confirm_erase", "erase",
        )),
        Page("list_legal", "legal.manage", ("close_legal", "open_legal")),
        Page("notice", "desk.read"),
        Page("list_breaches", "legal.manage", ("open_breach", "change_breach", "take_notice")),
    )),
    Group((Page("own_women", "association.read", ("own_woman",)),)),
    Group((
        Page("submissions", "desk.read", (
            "submission", "xml", "review", "changes", "edit", "send_edit", "send_back", "give_correction",
            "withdraw_correction",
        )),
        Page("quality", "register.read"),
        Page("quarantine", "desk.read", ("retry_all", "item", "retry_item", "confirm_release", "release", "content")),
        Page("handover", "handover.import", ("take_handover", "handed_over", "import_handover")),
    )),
    Group((Page("conflicts", "conflict.settle", ("conflict", "settle", "ask_agents", "withdraw_question")),)),
    Group((Page("list_duplicates", "entity.merge", ("say_different", "take_back_different")),)),
    Group((
        Page("certificates", "certificate.issue", (
            "certificate", "certificate_paper", "cancel_certificate", "session_minutes", "certificate_session",
            "issue_certificates", "session_papers",
        )),
    )),
    Group((
        Page("workbook", "workbook.read", (
            "make_workbook", "set_targets", "cancel_workbook", "fetch_workbook", "run_preset", "confirm_delete_preset",
            "delete_preset",
        )),
        Page("templates", "workbook.read", (
            "put_template", "template_names", "template", "fetch_template", "confirm_delete_template",
            "delete_template",
        )),
        Page("lists", "list.import", (
            "take_list", "blank_list", "taken_list", "apply_list", "confirm_columns", "drop_list", "undo_list",
        )),
    ), "nav.group.workbook"),
    Group((
        Page("forms", "desk.read", (
            "codebook", "source", "confirm_retire", "retire", "offer", "upload", "publish", "draft", "add_files",
            "confirm_drop", "drop", "xform", "file", "entity_list_of_draft", "try_out", "send_test", "tested",
        )),
        Page("choose_form", "form.fill", ("fill", "send", "entity_list", "grid")),
    )),
    Group((
        Page("agents", "desk.read", (
            "create", "confirm_code", "give_code", "confirm_revoke", "revoke", "agent", "change_agent",
        )),
        Page("people", "user.manage", (
            "create_person", "person", "change_person", "confirm_disable", "disable_person",
            "confirm_password", "give_password",
        )),
        Page("list_associations", "association.manage", ("save_association", "retire_association")),
    ), "nav.group.people"),
    Group((
        Page("service", "service.watch"),
        Page("audit", "audit.read", ("audit_file",)),
        Page("project", "project.manage", ("rename_project",)),
    )),
)  # fmt: skip


def list_groups(may: Callable[[str], bool]) -> list[Group]:
    """Return the groups that a reader may open, each with her pages alone."""
    kept = [Group(tuple(page for page in group.pages if may(page.verb)), group.label) for group in GROUPS]
    return [group for group in kept if group.pages]


def find_section(endpoint: str) -> str:
    """Return the page of the menu that an endpoint belongs to; empty outside it, as for sign-in and the account."""
    for group in GROUPS:
        for page in group.pages:
            if endpoint == page.endpoint or endpoint in page.below:
                return page.endpoint
    return ""


def find_tabs(groups: list[Group], section: str) -> tuple[Page, ...]:
    """Return the pages of the group where the reader is; none when it has only one."""
    for group in groups:
        if len(group.pages) > 1 and any(page.endpoint == section for page in group.pages):
            return group.pages
    return ()
