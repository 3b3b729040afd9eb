# SPDX-License-Identifier: AGPL-3.0-or-later
"""The guided form of a solution: opening it, saving it, saving by itself, settling two people's changes, preview."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from app.access import Action
from app.accounts.queries import names
from app.cities.queries import all_bodies
from app.document.model import Document, Section
from app.document.pictures import folder_of
from app.document.render import Rendered, TooComplex, render
from app.document.schema import FIELD_BY_NAME, SECTION_TITLES, SECTIONS, VARIANT_SECTION
from app.errors import Invalid, NotFound
from app.solutions import queries as library
from app.solutions.models import Solution
from app.solutions.said_views import AS_SAID
from app.solutions.service import wrong_source
from app.web import gate
from app.web.formats import json_answer
from app.web.gate import permits
from app.web.kept import unkept
from app.web.languages import prefixed
from app.web.messages import problem_sentence
from app.web.unit import session, work
from app.writing import boxes, rules, service
from app.writing.forms import ROW_BUTTONS, Asked, read_form
from app.writing.merge import EXTRA, FOOTNOTES, part_of, with_part
from app.writing.service import Opened, Saved
from app.writing.state import State, document_of, settled, tidy

writing = Blueprint("writing", __name__, template_folder="templates")

#: Bytes a form may have: a document at its limit, each accented letter sent as six.
LARGE = 3_000_000
#: Somebody who saved within these seconds is still writing.
STILL_WRITING = 15 * 60


@writing.url_value_preprocessor
def _limits(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    request.max_content_length = request.max_form_memory_size = LARGE


def now() -> datetime:
    return datetime.now(UTC)


def editable(slug: str, action: Action = Action.EDIT_SOLUTION) -> Solution:
    """The solution this person may write on. Raises ``NotFound``."""
    solution = library.by_slug(session(), slug)
    if solution is None:
        raise NotFound(slug)
    gate.require(action, solution.thing)
    return solution


@writing.get("/soluzioni/<slug:slug>/modifica")
@permits(Action.EDIT_SOLUTION)
def edit(slug: str) -> Response:
    solution = editable(slug)
    return unkept(form_page(solution, service.opened(session(), solution)))


@writing.post("/soluzioni/<slug:slug>/modifica")
@permits(Action.EDIT_SOLUTION)
def save_form(slug: str) -> Answer:
    solution = editable(slug)
    asked = read_form(request.form)
    if not asked.meant and (paths := boxes.undecided(asked.boxes)):
        return _undecided(solution, asked, paths)
    if asked.do in ROW_BUTTONS:
        asked = replace(asked, boxes=boxes.rearranged(asked.boxes, asked.do, asked.target))
    saved = _save(solution, asked)
    if saved.refused:
        return merge_page(solution, saved)
    if saved.merged.taken:
        flash("merged")
    return redirect(_after(slug, asked), 303)


def _undecided(solution: Solution, asked: Asked, paths: Sequence[str]) -> Response:
    """The form as it was sent, where a text stands beside a tick that would drop it; nothing is saved."""
    current, sent = service.opened(session(), solution), boxes.unmarked(asked.boxes, paths)
    typed = replace(current, state=boxes.read(sent, current.state), edition=asked.seen.edition, base=asked.seen.base)
    shown = [boxes.shown_at(path, sent) for path in paths]
    answer = unkept(form_page(solution, typed, undecided=shown, refused=("undecided",)))
    answer.status_code = Invalid.status
    return answer


def _save(solution: Solution, asked: Asked) -> Saved:
    with work() as writes:
        mine = boxes.read(asked.boxes, service.opened(writes, solution).state)
        return service.save(writes, solution, mine, asked.seen, gate.actor().id, now(), AS_SAID)


def _after(slug: str, asked: Asked) -> str:
    """Where the button leads; the address says that what was typed is saved, and a browser forgets what it kept."""
    if asked.do == "preview":
        return url_for("writing.preview", slug=slug, salvato=1)
    if asked.do in {"similar", "markdown", "version", "kit", "review"}:
        return {
            "similar": url_for("hinting.show", slug=slug, salvato=1),
            "markdown": url_for("drafts.markdown", slug=slug, salvato=1),
            "version": url_for("drafts.version", slug=slug, salvato=1),
            "kit": url_for("kits.kit", slug=slug, salvato=1),
            "review": prefixed(f"/soluzioni/{slug}/revisione?salvato=1"),
        }[asked.do]
    path = asked.target if asked.do == "add" else asked.target.rpartition(".")[0]
    # Of a list in a group too, `capacity.formats`.
    if path.partition(".")[0] in FIELD_BY_NAME:
        more = path if asked.do == "add" else None
        return url_for("writing.edit", slug=slug, aggiungi=more, _anchor=f"campo-{path}")
    return url_for("writing.edit", slug=slug, salvato=1, _anchor="barra")


@writing.post("/soluzioni/<slug:slug>/bozza")
@permits(Action.EDIT_SOLUTION)
def autosave(slug: str) -> Response:
    solution = editable(slug)
    saved = _save(solution, read_form(request.form))
    opened, taken = saved.opened, saved.merged.taken
    if saved.refused or EXTRA in taken:
        answer = json_answer(
            {
                "edition": opened.edition,
                "by": name_of(opened.saved_by),
                "own": is_own(opened),
                "conflict": saved.refused,
            }
        )
        answer.status_code = 409
        return answer
    fresh = [pair for part in taken if _simple(part) for pair in _pairs(opened.state, part)]
    anew = [part for part in taken if not _simple(part)]
    return json_answer({**_stored(opened, solution), "taken": fresh, "anew": anew})


def _stored(opened: service.Opened, solution: Solution) -> dict[str, Any]:
    """What an open page shows anew once it is saved."""
    checked = _checked(solution, document_of(opened.state))
    return {
        "edition": opened.edition,
        "base": opened.base,
        "title": opened.state.title,
        "saved_at": opened.saved_at.isoformat(),
        "problems": {gap.box: _said(gap.problem.key, gap.problem.detail) for gap in checked.wrong},
        "warnings": {box: _said(key) for box, key in rules.telling(boxes.flat(opened.state)).items()},
        "missing": {"submit": len(checked.to_submit), "validate": len(checked.to_validate)},
        "meter": render_template("writing/_meter.html", checked=checked, solution=solution),
        "index": render_template("writing/_index.html", checked=checked, groups=rules.GROUPS),
    }


def _checked(solution: Solution, document: Document) -> rules.Checked:
    return rules.checked(document, wrong_source(session(), document, solution.slug))


def _said(key: str, detail: str = "") -> str:
    return capitalize_first(sentence(key, detail))


def _simple(part: str) -> bool:
    """Whether a part is one box of text, which the open page fills by itself; of the others it asks for new boxes."""
    field = FIELD_BY_NAME.get(part)
    if field is None:
        return part in SECTION_TITLES or part == FOOTNOTES
    return field.shape in {"text", "slug"} and not field.unknown_allowed


def _pairs(state: State, part: str) -> list[tuple[str, str]]:
    alone = with_part(State(), part, part_of(state, part))
    return boxes.flat(alone) or [(boxes.box_of(part), "")]


@writing.post("/soluzioni/<slug:slug>/unisci")
@permits(Action.EDIT_SOLUTION)
def settle(slug: str) -> Answer:
    """The answers of the merge page: for each part that both changed, mine, theirs or a text made of the two."""
    solution = editable(slug)
    asked = read_form(request.form)
    with work() as writes:
        theirs = service.opened(writes, solution).state
        mine = boxes.read(asked.boxes, theirs)
        chosen = _chosen(mine, theirs, asked)
        saved = service.save(writes, solution, chosen, asked.seen, gate.actor().id, now(), AS_SAID)
    if saved.refused:
        return merge_page(solution, saved)
    flash("merged")
    return redirect(url_for("writing.edit", slug=slug, salvato=1, _anchor="barra"), 303)


def _chosen(mine: State, theirs: State, asked: Asked) -> State:
    for name, texts in asked.boxes.items():
        part = name.removeprefix("choice.")
        if name == part or part not in PARTS_BY_BOX:
            continue
        if texts[-1] == "text" or _is_typed(part, asked):
            mine = with_part(mine, PARTS_BY_BOX[part], _sent(f"text.{part}", asked))
        elif texts[-1] == "theirs":
            mine = with_part(mine, PARTS_BY_BOX[part], part_of(theirs, PARTS_BY_BOX[part]))
    return mine


def _is_typed(part: str, asked: Asked) -> bool:
    """Whether somebody typed in the text made of the two: no other choice is meant, unless the page showed it move."""
    if asked.meant or f"offered.{part}" not in asked.boxes:
        return False
    return tidy(_sent(f"text.{part}", asked)) != tidy(_sent(f"offered.{part}", asked))


def _sent(name: str, asked: Asked) -> str:
    return (asked.boxes.get(name) or [""])[-1]


#: Parts of a document by the name of their box: headings are no names for boxes.
PARTS_BY_BOX = {
    boxes.box_of(part): part for part in (*FIELD_BY_NAME, *SECTION_TITLES, "extra", "footnotes", "markdown")
}


def merge_page(solution: Solution, saved: Saved) -> Response:
    """The page on which two people's changes are settled."""
    page = render_template(
        "writing/merge.html",
        solution=solution,
        opened=saved.opened,
        merged=saved.merged,
        kept=boxes.flat(saved.merged.state),
        by=name_of(saved.opened.saved_by),
        own=is_own(saved.opened),
        sections=SECTION_TITLES,
    )
    answer = unkept(page)
    answer.status_code = 409
    return answer


def is_own(opened: service.Opened) -> bool:
    """Whether what is stored came from the same person, in another window."""
    return opened.saved_by == gate.actor().id


@writing.get("/soluzioni/<slug:slug>/anteprima")
@permits(Action.EDIT_SOLUTION)
def preview(slug: str) -> Response:
    """The whole document as readers would see it."""
    solution = editable(slug)
    opened = service.opened(session(), solution)
    rendered, problem = rendering(settled(document_of(opened.state)), slug)
    return unkept(
        render_template("writing/preview.html", solution=solution, opened=opened, rendered=rendered, problem=problem)
    )


@writing.post("/soluzioni/<slug:slug>/anteprima")
@permits(Action.EDIT_SOLUTION)
def preview_section(slug: str) -> Response:
    """One text as readers would see it, for the tab beside its box."""
    editable(slug)
    texts = boxes.grouped(request.form.items(multi=True))
    section = Section(SECTION_TITLES[0], (texts.get("text") or [""])[-1])
    notes = (texts.get("footnotes") or [""])[-1]
    rendered, problem = rendering(settled(Document({}, (section,), notes)), slug)
    return unkept(render_template("writing/_rendered.html", rendered=rendered, problem=problem, alone=True))


def rendering(document: Document, slug: str) -> tuple[Rendered | None, str]:
    """The rendering readers will get, or the key of why there is none."""
    try:
        return render(document, folder_of(slug)), ""
    except TooComplex as error:
        return None, str(error)


def name_of(person: int | None) -> str:
    """Name of a person, empty for somebody erased and for the site itself."""
    return names(session(), [person]).get(person or 0, "")


@writing.app_template_global()
def sentence(key: str, detail: str = "") -> str:
    """The sentence of a problem."""
    return problem_sentence(key, detail)


@writing.app_template_global()
def without_rows(path: str) -> str:
    """The path of a box as the schema has it."""
    return boxes.without_rows(path)


@writing.app_template_global()
def box_of(path: str) -> str:
    """The name of the box of a problem."""
    return boxes.box_of(path)


@writing.app_template_global()
def guarded(text: str) -> str:
    """Text for a box of several lines: browsers swallow a line break at its very start."""
    return f"\n{text}" if text.startswith("\n") else text


@writing.app_template_global()
def example_text(example: str) -> str:
    """An example of the schema as somebody would type it in one box."""
    return example.strip("[]").split("', '")[0].strip("'")


@writing.app_template_filter()
def capitalize_first(text: str) -> str:
    return text[:1].upper() + text[1:]


def form_page(solution: Solution, opened: Opened, *, undecided: Sequence[str] = (), **more: Any) -> str:
    """The page of the form; ``undecided`` are the boxes that hold a text and are ticked as *non disponibile*."""
    document = document_of(opened.state)
    other = opened.saved_by not in (None, gate.actor().id) and opened.edition > 0
    seconds = (now() - opened.saved_at).total_seconds()
    return render_template(
        "writing/edit.html",
        solution=solution,
        opened=opened,
        state=opened.state,
        checked=rules.with_undecided(_checked(solution, document), undecided),
        warnings=rules.telling(boxes.flat(opened.state)),
        undecided=undecided,
        groups=rules.GROUPS,
        fields=FIELD_BY_NAME,
        sections=SECTIONS,
        variant_section=VARIANT_SECTION,
        bodies=all_bodies(session()),
        own=gate.open_bodies(),
        closed=bool(solution.owner and solution.owner.slug in gate.closed_bodies()),
        themes=library.themes(session()),
        adding=request.args.get("aggiungi", ""),
        other=name_of(opened.saved_by) if other and seconds < STILL_WRITING else "",
        minutes=int(seconds // 60),
        **more,
    )
