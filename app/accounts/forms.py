# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person may type on the pages of accounts; what is wrong is said by keys."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_wtf import FlaskForm
from wtforms import (
    EmailField,
    Field,
    PasswordField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, Optional

from app.access import OF_BODY, OF_THEME, Role
from app.accounts import rules
from app.text.typed import line

LANGUAGES = [SelectChoice("it", "Italiano"), SelectChoice("en", "English")]
REQUIRED = InputRequired("required")
ROLES = (Role.OFFICIAL, Role.REFERENT, Role.EXPERT, Role.COORDINATOR, Role.ADMINISTRATOR)


def text(field: Field) -> str:
    """What was typed, empty where nothing was."""
    return str(field.data or "")


def mailbox(_form: FlaskForm, field: EmailField) -> None:
    field.data = rules.tidy_email(field.data or "")
    if not rules.is_mailbox(field.data):
        raise ValidationError("not_a_mailbox")


def password(**autocomplete: str) -> PasswordField:
    return PasswordField(
        validators=[REQUIRED, Length(max=rules.MAX_PASSWORD, message="password_long")], render_kw=autocomplete
    )


def name_field() -> StringField:
    return StringField(
        validators=[REQUIRED, Length(2, 120, "name_length")], filters=[_one_line], render_kw={"autocomplete": "name"}
    )


def _one_line(typed: str | None) -> str:
    return line(typed or "")


@dataclass(frozen=True)
class Sought:
    """Which people are looked for, as the address says: words of name or mailbox, body, state; each empty for any."""

    text: str = ""
    body: str = ""
    state: str = ""

    def arguments(self) -> dict[str, str]:
        named = {"cerca": self.text, "ente": self.body, "stato": self.state}
        return {name: value for name, value in named.items() if value}


def sought(arguments: Mapping[str, str]) -> Sought:
    """What an address narrows the list of people to; what it cannot be narrowed to is passed over."""
    state = arguments.get("stato", "")
    return Sought(
        line(arguments.get("cerca", ""))[: rules.MAX_SOUGHT].rstrip(),
        arguments.get("ente", "").strip()[:120],
        state if state in rules.STATES else "",
    )


class SignInForm(FlaskForm):  # type: ignore[misc]
    """Address and password."""

    email = EmailField(validators=[REQUIRED, mailbox], render_kw={"autocomplete": "username", "maxlength": 254})
    password = password(autocomplete="current-password")


class EmailForm(FlaskForm):  # type: ignore[misc]
    """An address alone: for a new password."""

    email = EmailField(validators=[REQUIRED, mailbox], render_kw={"autocomplete": "username", "maxlength": 254})


class PasswordForm(FlaskForm):  # type: ignore[misc]
    """A new password."""

    password = password(autocomplete="new-password")


class ChangePasswordForm(FlaskForm):  # type: ignore[misc]
    """The password held and the new one."""

    current = password(autocomplete="current-password")
    password = password(autocomplete="new-password")


class ConfirmForm(FlaskForm):  # type: ignore[misc]
    """The password again, or a code where there is no password, before a sensitive step."""

    password = PasswordField(
        validators=[Length(max=rules.MAX_PASSWORD, message="password_long")],
        render_kw={"autocomplete": "current-password"},
    )
    code = StringField(
        validators=[Length(max=40, message="code_wrong")],
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "none", "maxlength": 40},
    )


class CodeForm(FlaskForm):  # type: ignore[misc]
    """A code of the app, or a recovery code."""

    code = StringField(
        validators=[REQUIRED, Length(max=40, message="code_wrong")],
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false", "maxlength": 40},
    )


class AcceptForm(FlaskForm):  # type: ignore[misc]
    """Name and password of a new account."""

    name = name_field()
    password = password(autocomplete="new-password")


class ProfileForm(FlaskForm):  # type: ignore[misc]
    """Name and language."""

    name = name_field()
    language = SelectField(choices=LANGUAGES)


class EmptyForm(FlaskForm):  # type: ignore[misc]
    """A button alone."""


class NewEmailForm(FlaskForm):  # type: ignore[misc]
    """Another address of one's own."""

    email = EmailField(validators=[REQUIRED, mailbox], render_kw={"autocomplete": "email", "maxlength": 254})


class EraseForm(FlaskForm):  # type: ignore[misc]
    """The word that says it is meant, and the password again where there is one."""

    password = PasswordField(
        validators=[Length(max=rules.MAX_PASSWORD, message="password_long")],
        render_kw={"autocomplete": "current-password"},
    )
    word = StringField(validators=[REQUIRED], render_kw={"autocomplete": "off", "maxlength": 20})

    def validate_word(self, field: Field) -> None:
        if text(field).strip().casefold() != rules.ERASE_WORD:
            raise ValidationError("erase_word")


class ServiceForm(FlaskForm):  # type: ignore[misc]
    """Name, scopes, body and days of a service account. The bodies to choose from are set by the page."""

    name = StringField(
        validators=[REQUIRED, Length(2, 80, "service_name")], filters=[_one_line], render_kw={"autocomplete": "off"}
    )
    scopes = SelectMultipleField(
        validators=[InputRequired("choose_one")], choices=[SelectChoice(scope, scope) for scope in rules.SCOPES]
    )
    body = SelectField(validators=[Optional()], validate_choice=False)
    days = SelectField(
        choices=[SelectChoice(str(days), str(days)) for days in rules.SERVICE_DAYS], default=str(rules.SERVICE_DAYS[1])
    )


class InviteForm(FlaskForm):  # type: ignore[misc]
    """Whom to invite, as what, for which body or theme. The choices are set by the page."""

    email = EmailField(validators=[REQUIRED, mailbox], render_kw={"autocomplete": "off", "maxlength": 254})
    role = SelectField(choices=[SelectChoice(role.value, role.value) for role in ROLES], validate_choice=True)
    body = SelectField(validators=[Optional()], validate_choice=False)
    theme = SelectField(validators=[Optional()], validate_choice=False)
    language = SelectField(choices=LANGUAGES)

    @property
    def chosen_role(self) -> Role:
        return Role(self.role.data)

    @property
    def scope(self) -> str:
        """The body or the theme, as the role needs."""
        if self.chosen_role in OF_BODY:
            return str(self.body.data or "")
        return str(self.theme.data or "") if self.chosen_role in OF_THEME else ""
