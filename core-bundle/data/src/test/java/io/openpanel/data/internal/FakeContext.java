package io.openpanel.data.internal;

import io.openpanel.api.Database;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.spi.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** A call in a team that can be changed; keeps what the database told it. */
final class FakeContext implements Storage.Context {
    final List<String> revealed = new CopyOnWriteArrayList<>();
    final List<String> happened = new ArrayList<>();
    private Optional<Ref> team;
    private boolean mayAllTeams = true;

    private FakeContext(Optional<Ref> team) {
        this.team = team;
    }

    static FakeContext in(Ref team) {
        return new FakeContext(Optional.of(team));
    }

    static FakeContext withoutTeam() {
        return new FakeContext(Optional.empty());
    }

    void team(Ref other) {
        team = Optional.of(other);
    }

    void refuseAllTeams() {
        mayAllTeams = false;
    }

    @Override
    public Optional<Ref> team() {
        return team;
    }

    @Override
    public void checkAllTeams() {
        if (!mayAllTeams) {
            throw new Problem(Problem.Kind.DENIED, "Not for people");
        }
    }

    @Override
    public Runnable publish(Record event, Database.Tx tx) {
        happened.add("published " + event);
        return () -> happened.add("after commit " + event);
    }

    @Override
    public void revealed(String plain) {
        revealed.add(plain);
    }

    @Override
    public void inTransaction(boolean begun) {
        happened.add(begun ? "begin" : "end");
    }
}
