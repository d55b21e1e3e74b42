package io.openpanel.activity.internal;

import io.openpanel.api.Event;
import io.openpanel.api.Every;
import io.openpanel.api.Extension;
import io.openpanel.api.On;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Hears what belongs into a team's feed. */
@Component(service = Extension.class)
public class Hearing implements Extension {
    private final Happening happening;
    private final Feed feed;
    private final Comments comments;
    private final Withdrawal withdrawal;

    @Activate
    public Hearing(
            @Reference Happening happening,
            @Reference Feed feed,
            @Reference Comments comments,
            @Reference Withdrawal withdrawal) {
        this.happening = happening;
        this.feed = feed;
        this.comments = comments;
        this.withdrawal = withdrawal;
    }

    @On("app.*")
    public void app(Event event) {
        happening.heard(event);
        forgetDeleted(event);
    }

    @On("project.*")
    public void project(Event event) {
        happening.heard(event);
        forgetDeleted(event);
    }

    @On("deployment.*")
    public void deployment(Event event) {
        happening.heard(event);
    }

    @On("domain.*")
    public void domain(Event event) {
        if (!event.topic().equals("domain.applied")) {
            happening.heard(event);
        }
    }

    @On("git.pushed")
    public void push(Event event) {
        happening.heard(event);
    }

    @On("comment.added")
    public void comment(Event event) {
        happening.heard(event);
    }

    @On("member.*")
    public void member(Event event) {
        happening.heard(event);
        event.team().ifPresent(withdrawal::rightsChanged);
    }

    @On("invitation.*")
    public void invitation(Event event) {
        happening.heard(event);
    }

    @On("grant.*")
    public void grant(Event event) {
        happening.heard(event);
        event.team().ifPresent(withdrawal::rightsChanged);
    }

    @On("role.*")
    public void role(Event event) {
        happening.heard(event);
        event.team().ifPresent(withdrawal::rightsChanged);
    }

    @On("team.updated")
    public void team(Event event) {
        happening.heard(event);
    }

    /** What was said about something that is gone can be read by nobody. */
    private void forgetDeleted(Event event) {
        if (event.topic().endsWith(".deleted")) {
            event.ref().ifPresent(comments::forget);
        }
    }

    @Every("PT6H")
    public void sweep() {
        feed.sweep();
    }
}
