package io.openpanel.kernel.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Action;
import io.openpanel.api.Action.Access;
import io.openpanel.api.Action.Effect;
import io.openpanel.api.Call;
import io.openpanel.api.Every;
import io.openpanel.api.Extension;
import io.openpanel.api.On;
import io.openpanel.api.Panel;
import io.openpanel.api.Param;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.api.Resources;
import io.openpanel.api.Secret;
import io.openpanel.api.Topic;
import io.openpanel.spi.Catalogue;
import io.openpanel.spi.Gateway;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceRegistration;

/** The gateway, jobs and events with a real database and a plugin written for the test. */
@ExtendWith(OpenPanelExtension.class)
class KernelTest {
    private static final Ref TEAM = Ref.create("team");
    private static final Ref OTHER = Ref.create("team");
    private static final Principal OWNER = TestPanel.local(TEAM);
    private static final String ROLES =
            """
            note.add: [owner]
            note.list: [owner]
            note.get: [owner]
            note.delete: [owner]
            note.copy: [owner]
            note.around: [owner]
            note.fail: [owner]
            note.watch: [owner]
            note.slow: [owner]
            note.hello: [owner]
            note.twice: [owner]
            note.tally: [owner]
            """;
    private static final String TABLE =
            """
            create table note (id text primary key, team_id openpanel.team not null, text text not null, secret text);
            select openpanel.tenant('note');
            """;

    private static TestPanel panel;
    private static Bundle bundle;
    private static Notes notes;
    private static ServiceRegistration<?> registration;

    public record Add(@Param(min = 1) String text, Optional<Secret> secret) {}

    public record Note(String id, String text) {}

    public record Listed(List<Note> items) {}

    public record One(@Param(kind = "note") Ref note) {}

    public record Copies(@Param(min = 1, max = 9) int times, Optional<Secret> secret) {}

    public record Made(String how) {}

    public record Sealed(String id, Secret secret) {}

    @Topic(value = "note.added", summary = "A note was added")
    public record Added(Ref note, String text) {}

    public static final class Notes implements Extension, Resources {
        private final Panel panel;
        final List<String> heard = new CopyOnWriteArrayList<>();
        final AtomicInteger works = new AtomicInteger();
        final AtomicInteger ticks = new AtomicInteger();
        final CountDownLatch cancelled = new CountDownLatch(1);
        final CountDownLatch begun = new CountDownLatch(1);
        volatile boolean failHearing;

        Notes(Panel panel) {
            this.panel = panel;
        }

        @Action(value = "note.add", summary = "Adds a note", effect = Effect.CHANGE)
        public Note add(Call call, Add in) {
            String id = Ref.create("note").id();
            return panel.database().tx(tx -> {
                tx.update(
                        "insert into note (id, team_id, text, secret) values (?, openpanel.current_team(), ?, ?)",
                        id,
                        in.text(),
                        in.secret().map(secret -> secret.at("note", "secret", id)));
                tx.publish(new Added(new Ref("note", id), in.text()));
                return new Note(id, in.text());
            });
        }

        @Action(value = "note.list", summary = "Lists notes", effect = Effect.READ)
        public Listed list() {
            return new Listed(
                    panel.database().tx(tx -> tx.list(Note.class, "select id, text from note order by text")));
        }

        @Action(value = "note.get", summary = "Shows a note", effect = Effect.READ)
        public Note get(One in) {
            return find(in.note().id())
                    .map(found -> new Note(found.ref().id(), found.name()))
                    .orElseThrow();
        }

        @Action(value = "note.delete", summary = "Deletes a note", effect = Effect.DESTROY)
        public void delete(One in) {
            panel.database()
                    .tx(tx ->
                            tx.update("delete from note where id = ?", in.note().id()));
        }

        @Action(value = "note.fail", summary = "Fails", effect = Effect.CHANGE)
        public void fail() {
            throw new IllegalStateException("a bug");
        }

        @Action(value = "note.slow", summary = "Waits for its cancellation", effect = Effect.CHANGE, job = true)
        public Made slow(Call call) throws InterruptedException {
            call.onCancel(cancelled::countDown);
            begun.countDown();
            assertThat(cancelled.await(20, TimeUnit.SECONDS)).isTrue();
            throw new Problem(Problem.Kind.CONFLICT, "stopped");
        }

        @Action(value = "note.copy", summary = "Copies notes", effect = Effect.CHANGE, job = true)
        public Made copy(Call call, Copies in) throws java.io.IOException {
            Files.writeString(panel.workspace().resolve("here"), "x");
            for (int i = 0; i < in.times(); i++) {
                Made made = call.step("copy " + i, Made.class, () -> {
                    call.log("copying");
                    return new Made("work " + works.incrementAndGet());
                });
                call.log(made.how());
            }
            in.secret().ifPresent(secret -> call.log("the secret is " + secret.reveal()));
            call.progress(80);
            return new Made(works.get() + " by " + call.caller().name());
        }

        @Action(value = "note.around", summary = "Copies notes by another job", effect = Effect.CHANGE, job = true)
        public Made around(Call call, Copies in) {
            return panel.call("note.copy", in, Made.class);
        }

        @Action(value = "note.watch", summary = "Streams", effect = Effect.READ)
        public Flow.Publisher<Note> watch() {
            return reader -> {
                SubmissionPublisher<Note> source = new SubmissionPublisher<>();
                source.subscribe(reader);
                source.submit(new Note("1", "first"));
            };
        }

        @Action(value = "note.hello", summary = "Greets", effect = Effect.READ, access = Access.OPEN)
        public Made hello(Call call) {
            return new Made(call.caller().ref().kind());
        }

        @Action(value = "note.twice", summary = "Adds a note through the panel", effect = Effect.CHANGE)
        public Note twice(Call call, Add in) {
            return panel.call("note.add", in, Note.class);
        }

        @Action(value = "note.tally", summary = "Counts the notes of another team", effect = Effect.READ)
        public Made tally(Call call) {
            Supplier<Integer> others =
                    () -> panel.in(OTHER, () -> list().items().size());
            String before = refusal(others);
            int own = panel.asItself(others);
            String inNoTeam = panel.asItself(() -> refusal(this::list));
            return new Made(String.join(
                    " ",
                    before,
                    own + "",
                    inNoTeam,
                    refusal(others),
                    list().items().isEmpty() + ""));
        }

        private static String refusal(Supplier<?> work) {
            try {
                work.get();
                return "done";
            } catch (Problem problem) {
                return problem.kind().name();
            }
        }

        @On("note.added")
        public void heard(Added event) {
            if (failHearing) {
                failHearing = false;
                throw new IllegalStateException("not now");
            }
            heard.add(event.text() + " in "
                    + panel.database()
                            .tx(tx -> tx.list(Note.class, "select id, text from note"))
                            .isEmpty());
        }

        @Every("PT0.2S")
        public void tick() {
            ticks.incrementAndGet();
        }

        @Override
        public String kind() {
            return "note";
        }

        @Override
        public String plural() {
            return "notes";
        }

        @Override
        public Optional<Resource> find(String id) {
            return panel.database()
                    .tx(tx -> tx.one(Note.class, "select id, text from note where id = ? or text = ?", id, id))
                    .map(note -> new Resource(
                            new Ref("note", note.id()), note.text(), Optional.empty(), Optional.of(TEAM), note.text()));
        }
    }

    @BeforeAll
    static void install(TestPanel started) {
        panel = started;
        bundle =
                panel.plugin("notes", List.of(), Map.of("OPENPANEL-INF/roles.yaml", ROLES, "db/V001__note.sql", TABLE));
        notes = new Notes(
                bundle.getBundleContext().getService(bundle.getBundleContext().getServiceReference(Panel.class)));
        publish();
        panel.awaitActions("note.add", "job.list");
    }

    private static void publish() {
        Dictionary<String, Object> none = new Hashtable<>();
        registration = bundle.getBundleContext()
                .registerService(new String[] {Extension.class.getName(), Resources.class.getName()}, notes, none);
    }

    private static String add(String text) {
        String json = panel.json(OWNER, "note.add", "{\"text\":\"" + text + "\"}");
        return json.replaceAll(".*\"id\":\"(\\w+)\".*", "$1");
    }

    private static Problem.Kind refused(Principal principal, String action, String json) {
        try {
            panel.call(principal, action, json);
        } catch (Problem problem) {
            return problem.kind();
        }
        throw new AssertionError(action + " was not refused");
    }

    private static String ended(Gateway.Reply reply) {
        String job = ((Gateway.Reply.Accepted) reply).job().toString();
        String[] json = {""};
        TestPanel.await(job + " ends", () -> {
            json[0] = panel.json(OWNER, "job.get", "{\"job\":\"" + job + "\"}");
            return !json[0].matches(".*\"state\":\"(queued|running)\",\"progress\".*");
        });
        return json[0];
    }

    private static List<String> log(String job) {
        List<String> lines = new ArrayList<>();
        CountDownLatch end = new CountDownLatch(1);
        Gateway.Reply.Streaming stream =
                (Gateway.Reply.Streaming) panel.call(OWNER, "job.log", "{\"job\":\"" + job + "\"}");
        stream.items().subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(Gateway.Item item) {
                lines.add(new String(item.json(), StandardCharsets.UTF_8));
            }

            @Override
            public void onError(Throwable problem) {
                end.countDown();
            }

            @Override
            public void onComplete() {
                end.countDown();
            }
        });
        try {
            assertThat(end.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return lines;
    }

    @Test
    void aCallIsReadStrictlyRunAndAudited() {
        String id = add("audited");
        assertThat(panel.json(OWNER, "note.get", "{\"note\":\"" + id + "\"}")).contains("audited");
        assertThat(panel.json(OWNER, "note.get", "{\"note\":\"audited\"}")).contains(id);
        assertThat(panel.json(OWNER, "audit.list", "{\"action\":\"note.add\"}")).contains("\"outcome\":\"done\"");
        assertThat(refused(OWNER, "note.add", "{\"text\":\"a\",\"colour\":\"red\"}"))
                .isEqualTo(Problem.Kind.INVALID);
        assertThat(refused(OWNER, "note.add", "{\"text\":\"\"}")).isEqualTo(Problem.Kind.INVALID);
        assertThat(refused(OWNER, "note.get", "{\"note\":\"no-such\"}")).isEqualTo(Problem.Kind.MISSING);
        assertThat(refused(OWNER, "no.such", "{}")).isEqualTo(Problem.Kind.MISSING);
    }

    @Test
    void anotherTeamSeesNothing() {
        String id = add("ours");
        Principal stranger = TestPanel.local(OTHER);
        assertThat(panel.json(stranger, "note.list", "{}")).isEqualTo("{\"items\":[]}");
        assertThat(refused(stranger, "note.get", "{\"note\":\"" + id + "\"}")).isEqualTo(Problem.Kind.MISSING);
    }

    @Test
    void nobodyKnownMayOnlyDoWhatIsOpen() {
        Gateway gateway = panel.get(Gateway.class);
        Gateway.Invocation open = new Gateway.Invocation(
                "note.hello",
                new byte[0],
                new Gateway.Caller.Anonymous(),
                "rest",
                "10.1.1.1",
                "r",
                Optional.empty(),
                Optional.empty());
        assertThat(new String(((Gateway.Reply.Done) gateway.call(open)).json(), StandardCharsets.UTF_8))
                .contains("anonymous");
        Gateway.Invocation closed = new Gateway.Invocation(
                "note.list",
                new byte[0],
                new Gateway.Caller.Anonymous(),
                "rest",
                "10.1.1.1",
                "r",
                Optional.empty(),
                Optional.empty());
        assertThatThrownBy(() -> gateway.call(closed))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.kind()).isEqualTo(Problem.Kind.UNAUTHENTICATED));
        Gateway.Invocation bearer = new Gateway.Invocation(
                "note.list",
                new byte[0],
                new Gateway.Caller.Bearer("x", Optional.empty()),
                "rest",
                "",
                "r",
                Optional.empty(),
                Optional.empty());
        assertThatThrownBy(() -> gateway.call(bearer))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.kind()).isEqualTo(Problem.Kind.UNAVAILABLE));
    }

    @Test
    void whatDestroysWantsTheNameAgain() {
        String id = add("precious");
        assertThat(refused(OWNER, "note.delete", "{\"note\":\"" + id + "\"}")).isEqualTo(Problem.Kind.UNCONFIRMED);
        assertThat(refused(OWNER, "note.delete", "{\"note\":\"" + id + "\",\"confirm\":\"other\"}"))
                .isEqualTo(Problem.Kind.UNCONFIRMED);
        panel.json(OWNER, "note.delete", "{\"note\":\"" + id + "\",\"confirm\":\"precious\"}");
        assertThat(refused(OWNER, "note.get", "{\"note\":\"" + id + "\"}")).isEqualTo(Problem.Kind.MISSING);
    }

    @Test
    void theSameKeyGivesTheSameAnswerOnce() {
        Gateway gateway = panel.get(Gateway.class);
        byte[] input = "{\"text\":\"once\"}".getBytes(StandardCharsets.UTF_8);
        Gateway.Invocation call = new Gateway.Invocation(
                "note.add",
                input,
                new Gateway.Caller.Known(OWNER),
                "rest",
                "",
                "r",
                Optional.of("key-1"),
                Optional.empty());
        String first = new String(((Gateway.Reply.Done) gateway.call(call)).json(), StandardCharsets.UTF_8);
        String second = new String(((Gateway.Reply.Done) gateway.call(call)).json(), StandardCharsets.UTF_8);
        assertThat(second.replace(" ", "")).isEqualTo(first);
        Gateway.Invocation other = new Gateway.Invocation(
                "note.add",
                "{\"text\":\"x\"}".getBytes(StandardCharsets.UTF_8),
                new Gateway.Caller.Known(OWNER),
                "rest",
                "",
                "r",
                Optional.of("key-1"),
                Optional.empty());
        assertThatThrownBy(() -> gateway.call(other))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.kind()).isEqualTo(Problem.Kind.CONFLICT));
    }

    @Test
    void aStaleVersionIsRefused() {
        String id = add("versioned");
        Gateway.Invocation stale = new Gateway.Invocation(
                "note.get",
                ("{\"note\":\"" + id + "\"}").getBytes(StandardCharsets.UTF_8),
                new Gateway.Caller.Known(OWNER),
                "rest",
                "",
                "r",
                Optional.empty(),
                Optional.of("old"));
        assertThatThrownBy(() -> panel.get(Gateway.class).call(stale))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.kind()).isEqualTo(Problem.Kind.STALE));
    }

    @Test
    void aBugIsNoProblemButItsOutcomeIsWritten() {
        assertThatThrownBy(() -> panel.call(OWNER, "note.fail", "{}")).isInstanceOf(IllegalStateException.class);
        assertThat(panel.json(OWNER, "audit.list", "{\"action\":\"note.fail\"}"))
                .contains("\"outcome\":\"failed\"");
    }

    @Test
    void aJobRunsItsStepsAndTellsItsStoryWithoutSecrets() throws Exception {
        String json = ended(panel.call(OWNER, "note.copy", "{\"times\":2,\"secret\":\"tell-nobody-1\"}"));
        assertThat(json).contains("\"state\":\"done\"", "\"name\":\"copy 0\"", "\"name\":\"copy 1\"", "by local");
        String job = json.replaceAll(".*\"job\":\"(job:\\w+)\".*", "$1");
        assertThat(log(job)).anyMatch(line -> line.contains("work")).noneMatch(line -> line.contains("tell-nobody"));
        TestPanel.await(
                "its folder goes", () -> Files.notExists(panel.home().resolve("cache/workspaces/" + job.substring(4))));
        assertThat(panel.json(OWNER, "job.list", "{\"state\":\"done\"}")).contains(job);
        assertThat(refused(OWNER, "job.cancel", "{\"job\":\"" + job + "\"}")).isEqualTo(Problem.Kind.CONFLICT);
    }

    @Test
    void aJobWithoutStepsOfItsOwnShowsThoseOfTheJobWithinIt() {
        String json = ended(panel.call(OWNER, "note.around", "{\"times\":2}"));

        assertThat(json).contains("\"name\":\"copy 0\",\"state\":\"done\"", "\"name\":\"copy 1\"");
        assertThat(log(json.replaceAll(".*\"job\":\"(job:\\w+)\".*", "$1")))
                .anyMatch(line -> line.contains("\"step\":\"copy 0\"") && line.contains("copying"));
    }

    @Test
    void cancellingAJobStopsItsWork() throws InterruptedException {
        Gateway.Reply reply = panel.call(OWNER, "note.slow", "{}");
        assertThat(notes.begun.await(10, TimeUnit.SECONDS)).isTrue();
        panel.json(OWNER, "job.cancel", "{\"job\":\"" + ((Gateway.Reply.Accepted) reply).job() + "\"}");
        assertThat(ended(reply)).contains("\"state\":\"cancelled\"");
    }

    @Test
    void anEventIsHeardInItsTeamAndAgainWhenHearingFailed() {
        notes.failHearing = true;
        add("news");
        TestPanel.await("the event is heard", () -> notes.heard.contains("news in false"));
    }

    @Test
    void aScheduleRuns() {
        TestPanel.await("two ticks", () -> notes.ticks.get() >= 2);
    }

    @Test
    void aPluginCallsThroughThePanelAsTheCaller() {
        assertThat(panel.json(OWNER, "note.twice", "{\"text\":\"by the plugin\",\"secret\":\"inner-secret\"}"))
                .contains("by the plugin");
        assertThat(panel.json(OWNER, "audit.list", "{\"action\":\"note.add\"}"))
                .contains("\"via\":\"notes\"")
                .doesNotContain("inner-secret");
    }

    @Test
    void whatAPluginDoesAsItselfIsItsOwnAndTheCallerIsBackAfterwards() {
        add("of the caller's team");
        assertThat(panel.json(OWNER, "note.tally", "{}")).contains("DENIED 0 DENIED DENIED false");
    }

    @Test
    void theCatalogueAndThePluginsAreListed() {
        assertThat(panel.json(OWNER, "catalogue.list", "{}"))
                .contains("\"id\":\"note.add\"", "\"path\":\"/notes/{note}\"", "\"allowed\":true");
        assertThat(panel.json(OWNER, "plugin.list", "{}"))
                .contains("\"plugin\":\"plugin:notes\"", "\"state\":\"active\"");
        assertThat(panel.json(OWNER, "plugin.get", "{\"plugin\":\"kernel\"}")).contains("job.list");
    }

    @Test
    void aStoppedPluginTakesItsActionsAndStreamsWithItAndComesBack() throws BundleException {
        List<Throwable> endings = new CopyOnWriteArrayList<>();
        Gateway.Reply.Streaming stream = (Gateway.Reply.Streaming) panel.call(OWNER, "note.watch", "{}");
        stream.items().subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(10);
            }

            @Override
            public void onNext(Gateway.Item item) {
                assertThat(item.seq()).isEqualTo(1);
            }

            @Override
            public void onError(Throwable problem) {
                endings.add(problem);
            }

            @Override
            public void onComplete() {
                throw new AssertionError("not moved");
            }
        });
        registration.unregister();
        assertThat(refused(OWNER, "note.list", "{}")).isEqualTo(Problem.Kind.MISSING);
        TestPanel.await("the stream's end", () -> !endings.isEmpty());
        assertThat(endings).hasSize(1).first().satisfies(problem -> assertThat(problem.getMessage())
                .startsWith("moved"));
        publish();
        panel.awaitActions("note.list");
        assertThat(panel.get(Catalogue.class).operation("note.list")).isPresent();
    }
}
