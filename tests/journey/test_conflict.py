"""Two schools claim one pupil, on real servers: the Sở rules, one goes on to its lock, both are told."""

from msgspec.structs import replace

from hub.domain.statements import RoundName
from hub.local.population import SignedDocument, SyntheticSchool
from tests.journey.deciding import a_ruling, same_pupil
from tests.journey.world import Answer, World, eventually

SO = "ha-noi"


class Claimed:
    """One pupil reported by two schools, each in a round of its own; both transcripts are held."""

    def __init__(self, world: World) -> None:
        self.right, self.wrong = world.school(SO), world.school(SO, 4)
        self.transcripts = (first := world.leaver(self.right), same_pupil(world, first, self.wrong))
        self.rounds = world.round_of(), world.round_of()
        self.documents = tuple(world.signed(t) for t in self.transcripts)
        first_answer, second = (self.report(world, n) for n in (0, 1))
        assert [first_answer.outcome, second.outcome] == ["accepted", "accepted"]
        assert second.every_code == {"PUPIL_CLAIMED_TWICE"}
        self.submissions = tuple(str(a.message["command_id"]) for a in (first_answer, second))

    @property
    def schools(self) -> tuple[SyntheticSchool, SyntheticSchool]:
        return self.right, self.wrong

    def report(self, world: World, n: int, name: RoundName | None = None, **changes: SignedDocument) -> Answer:
        document = changes.get("document", self.documents[n])
        return world.ask(world.submission(self.schools[n], [document], name or self.rounds[n]))[0]

    def states(self, world: World) -> list[str]:
        found = world.states(SO, [d.sha256 for d in self.documents])
        return [found[d.sha256] for d in self.documents]

    def told(self, world: World, n: int, outcome: str) -> Answer:
        """Wait for the follow-up receipt of a school, about its submission."""
        return eventually(
            "the follow-up", lambda: self._follow_up(world.receipt(SO, self.submissions[n], outcome))
        )  # fmt: skip

    @staticmethod
    def _follow_up(answer: Answer) -> Answer | None:
        assert answer.statement is not None
        return answer if answer.statement.kind == "Conflict" else None


def test_ruled_pupil_locks_at_the_right_school_and_is_refused_at_the_other(world: World) -> None:
    """Both have Sở's signed word; whoever was ruled against cannot report the pupil again."""
    made = Claimed(world)
    assert made.states(world) == ["held", "held"]
    (answer,) = world.ask(a_ruling(world, made.right, made.wrong, made.transcripts[0]))
    assert (answer.outcome, answer.every_code) == ("accepted", set())
    assert made.states(world) == ["open", "refused"]

    refused = made.told(world, 1, "refused")
    right, wrong = (d.sha256 for d in made.documents)
    assert refused.documents[wrong] == ("refused", {"CONFLICT_RULED_AGAINST"})
    assert refused.states[wrong] == "refused"
    rows = world.database(SO).execute(
        "SELECT school, not_of, number, role, person FROM conflict_decision WHERE school = %s ORDER BY decided_at DESC",
        (made.right.code,),
    )
    assert rows.fetchone() == (made.right.code, made.wrong.code, "QĐ 12/SGDĐT", "so_lead", f"LD-{SO}-001")

    again = made.report(world, 1, world.round_of())
    assert again.every_code == {"CONFLICT_RULED_AGAINST"}
    (locked,) = world.ask(world.lock(made.right, [right], made.rounds[0]))
    assert locked.outcome == "accepted"
    eventually("the lock", lambda: made.states(world) == ["locked", "refused"])

    (twice,) = world.ask(a_ruling(world, made.right, made.wrong, made.transcripts[0]))
    assert twice.codes == {"CONFLICT_RULED_ALREADY"}


def test_held_pupil_of_a_round_that_closed_meanwhile_goes_into_a_further_one(world: World) -> None:
    """The lock was asked for without him; the receipt names the way that is left."""
    made = Claimed(world)
    other = world.signed(world.leaver(made.right))
    assert made.report(world, 0, document=other).outcome == "accepted"
    (locked,) = world.ask(world.lock(made.right, [other.sha256], made.rounds[0]))
    assert locked.outcome == "accepted"

    (answer,) = world.ask(a_ruling(world, made.right, made.wrong, made.transcripts[0]))
    assert (answer.outcome, answer.codes) == ("accepted", {"CONFLICT_ROUND_CLOSED"})
    assert made.states(world) == ["refused", "refused"]
    told = made.told(world, 0, "refused")
    assert told.every_code == {"CONFLICT_ROUND_CLOSED"}
    again = made.report(world, 0, world.round_of())
    assert (again.outcome, set(again.states.values())) == ("accepted", {"open"})


def test_lock_of_the_other_school_stays_and_both_locks_become_a_conflict_at_bo(world: World) -> None:
    """Nothing changes after lock: the right school locks too, and Bộ shows both."""
    right, wrong = world.school(SO), world.school(SO, 4)
    first = world.lock_in(wrong, name=world.round_of())
    mine = same_pupil(world, first.transcripts[0], right)
    name, document = world.round_of(), world.signed(mine)
    (held,) = world.ask(world.submission(right, [document], name))
    assert set(held.states.values()) == {"held"}

    (answer,) = world.ask(a_ruling(world, right, wrong, mine))
    assert (answer.outcome, answer.codes) == ("accepted", {"CONFLICT_OTHER_LOCKED"})
    (locked,) = world.ask(world.lock(right, [document.sha256], name))
    assert locked.outcome == "accepted"

    def conflict() -> object:
        return world.database("bo").execute(
            "SELECT schools FROM conflict WHERE pupil = %s", (f"id:{mine.student.personal_id}",)
        ).fetchone()  # fmt: skip

    assert eventually("the conflict at Bộ", conflict) == (sorted([right.code, wrong.code]),)


def test_ruling_is_refused_when_it_is_not_the_sos_own(world: World) -> None:
    """A principal, a seal, another Sở's lead, and a statement for another Sở: each with its code, and nothing moves."""
    made = Claimed(world)
    about = made.transcripts[0]
    refused = world.ask(
        a_ruling(world, made.right, made.wrong, about, person=f"HT-{made.right.code}-001", role="principal"),
        a_ruling(world, made.right, made.wrong, about, person=f"DAU-{SO}", role="so_seal"),
        a_ruling(world, made.right, made.wrong, about, person="LD-nghe-an-001"),
        a_ruling(world, made.right, made.wrong, about, so="nghe-an"),
        a_ruling(world, made.right, world.school("nghe-an"), about),
        a_ruling(world, made.right, made.wrong, replace(about, school_year="2024-2025")),
    )
    assert [a.outcome for a in refused] == ["refused"] * 6
    assert [sorted(a.codes)[0] for a in refused] == [
        "SIGNER_ROLE_NOT_ALLOWED", "SIGNER_ROLE_NOT_ALLOWED", "SIGNER_UNKNOWN", "ENVELOPE_DISAGREES",
        "CONFLICT_NOT_STANDING", "CONFLICT_NOT_STANDING",
    ]  # fmt: skip
    assert made.states(world) == ["held", "held"]
