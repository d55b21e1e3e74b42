package io.openpanel.teams.internal;

import io.openpanel.api.Database;
import io.openpanel.api.Panel;
import io.openpanel.api.Ref;
import java.util.function.Function;
import java.util.function.Supplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Keeps the plugin's own books as the plugin itself: rights are looked up in the middle of other people's calls. */
@Component(service = Clerk.class)
public final class Clerk {
    private final Panel panel;

    @Activate
    public Clerk(@Reference Panel panel) {
        this.panel = panel;
    }

    /** One transaction over all teams. */
    public <T> T allTeams(Function<Database.Tx, T> work) {
        return panel.asItself(() -> panel.database().allTeams(work));
    }

    /** One transaction in a team; its events are that team's. */
    public <T> T in(String team, Function<Database.Tx, T> work) {
        return callIn(team, () -> panel.database().tx(work));
    }

    /** Works in a team as the plugin itself, whoever waits for it. */
    <T> T callIn(String team, Supplier<T> work) {
        return panel.asItself(() -> panel.in(new Ref("team", team), work));
    }
}
