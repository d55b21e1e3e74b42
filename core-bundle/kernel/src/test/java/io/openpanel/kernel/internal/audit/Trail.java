package io.openpanel.kernel.internal.audit;

import io.openpanel.kernel.internal.KernelDatabase;
import io.openpanel.spi.Storage;
import io.openpanel.testkit.FakeCall;
import io.openpanel.testkit.TestPanel;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.Arrays;
import org.osgi.framework.Bundle;

/** The audit trail of a panel, in the hands of whoever owns its database. */
final class Trail implements AutoCloseable {
    final KernelDatabase database;
    final Checkpoints checkpoints;
    final Sealer sealer;
    final Connection owner;
    private final InstantSource clock;

    Trail(TestPanel panel) throws SQLException {
        this(panel, panel.home());
    }

    /** @param home where the key and the file of the checkpoints are */
    Trail(TestPanel panel, Path home) throws SQLException {
        Bundle kernel = Arrays.stream(panel.context().getBundles())
                .filter(each -> each.getSymbolicName().equals("io.openpanel.kernel"))
                .findFirst()
                .orElseThrow();
        clock = panel.get(InstantSource.class);
        database = new KernelDatabase(panel.get(Storage.class), kernel);
        checkpoints = new Checkpoints(database, clock, home);
        sealer = new Sealer(database, checkpoints);
        owner = panel.connect();
        tamper("set search_path = kernel; alter table audit no force row level security");
    }

    /** Rows as the gateway writes them, two for a call. */
    void fill(int calls) {
        tamper(
                """
                insert into audit (call_id, phase, at, team_id, caller, caller_name, surface, address, request_id, action,
                                   resources, input, outcome)
                select 'call-' || call, phase, clock_timestamp(), null, 'user:ann', 'Ann', 'rest', '10.0.0.1', 'r' || call,
                       'note.add', array['note:' || call, 'a,"b'], case phase when 'intent' then
                       jsonb_build_object('text', 'number ' || call, 'size', call / 8.0) end,
                       case phase when 'outcome' then 'done' end
                from (select coalesce(max(seq), 0) as before from audit) b, generate_series(before + 1, before + %d) call,
                     (values ('intent'), ('outcome')) p (phase)
                """
                        .formatted(calls));
    }

    /** Waits until all of it is in the chain. */
    void seal() {
        TestPanel.await("all rows are sealed", () -> {
            sealer.sealAll();
            return number("select count(*) from audit where seq > (select coalesce(max(seq), 0) from audit_chain)")
                    == 0;
        });
    }

    Verifier.Report verify() {
        return new Verifier(database, clock, checkpoints).verify(FakeCall.by(TestPanel.local(null)));
    }

    void tamper(String sql, Object... args) {
        try (PreparedStatement statement = owner.prepareStatement(sql)) {
            for (int i = 0; i < args.length; i++) {
                statement.setObject(i + 1, args[i]);
            }
            statement.execute();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    long number(String sql) {
        try (Statement statement = owner.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws SQLException {
        sealer.close();
        owner.close();
    }
}
