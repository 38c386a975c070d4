"""Orders about who takes part in programmes that are for invited members."""

from pos_loyalty.commands.base import Command


class InviteMember(Command, frozen=True, kw_only=True):
    """Let a member take part in a programme that is for invited members; answers `MemberView`."""

    member: str
    programme: str


class LeaveProgramme(Command, frozen=True, kw_only=True):
    """Let a member take part in such a programme no longer; what they have there stays theirs."""

    member: str
    programme: str
