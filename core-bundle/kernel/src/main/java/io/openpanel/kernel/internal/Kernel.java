package io.openpanel.kernel.internal;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.serializer.Serializer;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Principal;
import io.openpanel.api.Ref;
import io.openpanel.api.Resources;
import io.openpanel.api.Secret;
import io.openpanel.kernel.LimitSettings;
import io.openpanel.kernel.internal.audit.Checkpoints;
import io.openpanel.kernel.internal.audit.Sealer;
import io.openpanel.kernel.internal.audit.Unanswered;
import io.openpanel.kernel.internal.audit.Verifier;
import io.openpanel.kernel.internal.catalogue.CatalogueActions;
import io.openpanel.kernel.internal.catalogue.LiveCatalogue;
import io.openpanel.kernel.internal.encryption.EncryptionActions;
import io.openpanel.kernel.internal.encryption.RecoveryKit;
import io.openpanel.kernel.internal.event.ClockWatch;
import io.openpanel.kernel.internal.event.DeadLetterActions;
import io.openpanel.kernel.internal.event.EventActions;
import io.openpanel.kernel.internal.event.EventBus;
import io.openpanel.kernel.internal.event.Schedules;
import io.openpanel.kernel.internal.gateway.ActionGateway;
import io.openpanel.kernel.internal.gateway.Admission;
import io.openpanel.kernel.internal.gateway.Audit;
import io.openpanel.kernel.internal.gateway.AuditActions;
import io.openpanel.kernel.internal.gateway.Bulkhead;
import io.openpanel.kernel.internal.gateway.Calls;
import io.openpanel.kernel.internal.gateway.Idempotency;
import io.openpanel.kernel.internal.gateway.InnerCalls;
import io.openpanel.kernel.internal.gateway.LiveCall;
import io.openpanel.kernel.internal.gateway.Metrics;
import io.openpanel.kernel.internal.gateway.PluginFaults;
import io.openpanel.kernel.internal.gateway.QuotaGate;
import io.openpanel.kernel.internal.gateway.Refusals;
import io.openpanel.kernel.internal.gateway.Streams;
import io.openpanel.kernel.internal.install.InstallHost;
import io.openpanel.kernel.internal.job.JobActions;
import io.openpanel.kernel.internal.job.Jobs;
import io.openpanel.kernel.internal.job.Retention;
import io.openpanel.kernel.internal.limit.Limits;
import io.openpanel.kernel.internal.plugin.PluginHost;
import io.openpanel.kernel.internal.plugin.PluginOf;
import io.openpanel.kernel.internal.setting.SettingActions;
import io.openpanel.kernel.internal.setting.SettingChanges;
import io.openpanel.kernel.internal.setting.Settings;
import io.openpanel.spi.Authority;
import io.openpanel.spi.Catalogue;
import io.openpanel.spi.Events;
import io.openpanel.spi.Gateway;
import io.openpanel.spi.KeptJobs;
import io.openpanel.spi.PluginSettings;
import io.openpanel.spi.Quotas;
import io.openpanel.spi.Storage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.util.tracker.ServiceTracker;

/** Puts the kernel together once there is a database, and takes it apart again. */
@Component(
        immediate = true,
        service = {})
public final class Kernel {
    private static final int JOB_THREADS = 32;
    private static final Duration HEARTBEAT = Duration.ofSeconds(2);
    private static final int MISSED_HEARTBEATS = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final BundleContext context;
    private final Deque<ServiceRegistration<?>> registrations = new ArrayDeque<>();
    private final Streams streams = new Streams();
    private final Bulkhead bulkhead = new Bulkhead();
    private final ExecutorService jobThreads = Executors.newFixedThreadPool(JOB_THREADS);
    private final ServiceTracker<Authority, Authority> authorities;
    private final ServiceTracker<KeptJobs, KeptJobs> keptJobs;
    private final Admission admission;
    private final EventBus events;
    private final Jobs jobs;
    private final Settings settings;
    private final PluginHost plugins;
    private final InstallHost installs;
    private final Scheduler scheduler;
    private final ClockWatch clockWatch;
    private final Sealer sealer;
    private final Limits limits;

    @Activate
    public Kernel(
            BundleContext context,
            @Reference Storage storage,
            @Reference ConfigurationAdmin configurations,
            @Reference InstantSource clock,
            @Reference Limits limits) {
        this.context = context;
        this.limits = limits;
        this.authorities = new Authorities(context, this::revoked);
        Supplier<Optional<Authority>> authority = this::authority;
        authorities.open();
        this.keptJobs = new ServiceTracker<>(context, KeptJobs.class, null);
        keptJobs.open();
        Calls calls = new Calls();
        Metrics metrics = new Metrics();
        PluginFaults faults = new PluginFaults();
        LiveCatalogue catalogue = new LiveCatalogue();
        KernelDatabase database = new KernelDatabase(storage, context.getBundle());
        events = new EventBus(database, clock);
        Path home = Path.of(Optional.ofNullable(context.getProperty("openpanel.home"))
                .orElse(System.getProperty("java.io.tmpdir")));
        Checkpoints checkpoints = new Checkpoints(database, clock, home);
        sealer = new Sealer(database, checkpoints);
        Audit audit = new Audit(database, clock, sealer::wake);
        Unanswered unanswered = new Unanswered(database, clock);
        unanswered.close();
        Refusals refusals = new Refusals(audit, clock);
        plugins = new PluginHost(context, catalogue, calls, streams);
        settings = new Settings(context, database, storage, configurations, catalogue::isServing);
        admission = new Admission(catalogue, authority, plugins::allows, calls, own());
        QuotaGate quotas = new QuotaGate(catalogue, authority, calls, this::unfinished);
        InnerCalls inner =
                new InnerCalls(admission, calls, audit, refusals, plugins::allows, plugins::isIsolated, quotas);
        jobs = new Jobs(
                catalogue,
                admission,
                calls,
                audit,
                events,
                database,
                storage,
                clock,
                home.resolve("cache").resolve("workspaces"),
                settings::secrets);
        Schedules schedules = new Schedules(clock);
        scheduler = scheduler(storage, clock, schedules);
        ActionGateway gateway = new ActionGateway(
                admission,
                authority,
                calls,
                audit,
                refusals,
                new Idempotency(database, storage, clock),
                jobs,
                streams,
                events,
                metrics,
                bulkhead,
                faults,
                limits,
                quotas);

        jobs.start(scheduler, clock.instant());
        schedules.start(scheduler);
        scheduler.start();
        events.start();
        sealer.start();
        clockWatch = new ClockWatch(clock, schedules::pullForward, jobs::pullForward, events::pullForward);
        clockWatch.start();
        catalogue.onChange(() -> events.announce(
                "catalogue.changed",
                InnerCalls.bundle("kernel", Optional.empty()),
                Optional.empty(),
                Map.of("version", catalogue.version())));
        settings.open();
        // Nobody comes in before the limits are those that were set; later changes come by Configuration Admin.
        PluginOf.read(context.getBundle())
                .ifPresent(own -> limits.begin(settings.given(own).path(LimitSettings.PID)));
        limits.onAddresses(() -> streams.endFrom(limits::refusal));
        plugins.open(jobs, events, schedules, inner, storage, faults);
        register(Catalogue.class, catalogue, Map.of());
        register(Events.class, events, Map.of());
        register(PluginSettings.class, settings, Map.of());
        register(Quotas.class, quotas, Map.of());
        register(Supplier.class, metrics, Map.of("openpanel.metrics", "true"));
        Supplier<String> limited = limits.rates()::metrics;
        register(Supplier.class, limited, Map.of("openpanel.metrics", "true"));
        installs = new InstallHost(
                context,
                database,
                storage,
                plugins.plugins(),
                catalogue,
                schedules,
                () -> calls.current().flatMap(LiveCall::liveJob).orElseThrow().workspace(),
                settings,
                home,
                inner,
                calls,
                faults,
                metrics,
                clock);
        plugins.alsoPending(() -> installs.isRestored() ? java.util.List.of() : java.util.List.of("installed ones"));
        installs.resources().forEach(each -> register(Resources.class, each, Map.of()));
        register(Resources.class, jobs.resources(), Map.of());
        Retention retention = new Retention(
                jobs, clock, limits::jobDays, action -> catalogue.entry(action).isPresent(), this::keptJobs);
        register(Extension.class, new JobActions(jobs, retention), Map.of());
        installs.actions().forEach(each -> register(Extension.class, each, Map.of()));
        register(
                Extension.class,
                new SettingActions(
                        plugins.plugins(),
                        settings,
                        new SettingChanges(plugins.plugins(), settings, events, clock, limits::flaw)),
                Map.of());
        RecoveryKit kit = new RecoveryKit(storage.masterKey(), database, clock, home.resolve("keys"));
        kit.lay();
        register(Extension.class, new EncryptionActions(storage.masterKey(), kit), Map.of());
        register(Extension.class, new CatalogueActions(catalogue, admission), Map.of());
        Predicate<Call> seesPanel = call -> seesPanel(admission, catalogue, call.caller());
        register(
                Extension.class,
                new AuditActions(
                        database, new Verifier(database, clock, checkpoints), unanswered, admission::find, seesPanel),
                Map.of());
        register(Extension.class, new EventActions(events, seesPanel), Map.of());
        DeadLetterActions deadLetters = new DeadLetterActions(events, database, seesPanel);
        register(Resources.class, deadLetters, Map.of());
        register(Extension.class, deadLetters, Map.of());
        register(Gateway.class, gateway, Map.of());
    }

    private Set<Ref> keptJobs(List<Ref> ended) {
        return keptJobs.getTracked().values().stream()
                .flatMap(each -> each.among(ended).stream())
                .collect(Collectors.toSet());
    }

    private long unfinished(Ref team, Set<String> actions) {
        return jobs.unfinished(team, actions);
    }

    private Admission.Own own() {
        return new Admission.Own() {
            @Override
            public Set<Ref> hosts(String plugin) {
                return plugins.hosts(plugin);
            }

            @Override
            public Optional<Secret> secret(String plugin, String setting) {
                return settings.secret(plugin, setting);
            }
        };
    }

    /** Who knows people; waited for while a plugin is exchanged, because it may be that one. */
    private Optional<Authority> authority() {
        Authority there = authorities.getService();
        if (there != null || !plugins.isExchanging()) {
            return Optional.ofNullable(there);
        }
        try {
            return Optional.ofNullable(authorities.waitForService(PATIENCE.toMillis()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private Scheduler scheduler(Storage storage, InstantSource clock, Schedules schedules) {
        return Scheduler.create(storage.dataSource("kernel"), jobs.task(), schedules.task())
                .tableName("kernel.scheduled_tasks")
                .serializer(new NoData())
                .executorService(jobThreads)
                .threads(JOB_THREADS)
                .pollUsingLockAndFetch(0.5, 1.0)
                .pollingInterval(Duration.ofSeconds(1))
                .enableImmediateExecution()
                .heartbeatInterval(HEARTBEAT)
                .missedHeartbeatsLimit(MISSED_HEARTBEATS)
                .shutdownMaxWait(Duration.ofSeconds(5))
                .clock(clock::instant)
                .alwaysPersistTimestampInUTC()
                .commitWhenAutocommitDisabled(true)
                .build();
    }

    private static boolean seesPanel(Admission admission, LiveCatalogue catalogue, Principal caller) {
        return catalogue
                .operation("plugin.list")
                .map(operation -> admission.may(caller, operation, java.util.List.of(new Ref("panel", "panel"))))
                .orElse(false);
    }

    private <S> void register(Class<S> type, S service, Map<String, Object> properties) {
        Dictionary<String, Object> dictionary = new Hashtable<>(properties);
        registrations.push(context.registerService(type, service, dictionary));
    }

    @Deactivate
    void deactivate() throws Exception {
        limits.onAddresses(() -> {});
        registrations.forEach(ServiceRegistration::unregister);
        streams.endAll();
        installs.close();
        plugins.close();
        settings.close();
        clockWatch.close();
        jobs.stop();
        scheduler.stop();
        jobs.close();
        sealer.close();
        events.close();
        bulkhead.close();
        jobThreads.shutdownNow();
        jobThreads.awaitTermination(5, TimeUnit.SECONDS);
        authorities.close();
        keptJobs.close();
    }

    private void revoked(Ref who) {
        if (who.kind().equals("session")) {
            streams.endSession(who);
            return;
        }
        streams.endLost(who, each -> admission.mayStill(each), (principal, address) -> authority()
                .flatMap(each -> each.refusal(principal, address)));
    }

    /** Hears whose sessions ended and whose rights changed. */
    private static final class Authorities extends ServiceTracker<Authority, Authority> {
        private final Consumer<Ref> revoked;

        Authorities(BundleContext context, Consumer<Ref> revoked) {
            super(context, Authority.class, null);
            this.revoked = revoked;
        }

        @Override
        public Authority addingService(ServiceReference<Authority> reference) {
            Authority authority = super.addingService(reference);
            authority.onRevoked(revoked);
            return authority;
        }
    }

    /** The scheduler's rows carry no data: the job's own row has it all. */
    private static final class NoData implements Serializer {
        @Override
        public byte[] serialize(Object data) {
            return data == null ? null : data.toString().getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public <T> T deserialize(Class<T> type, byte[] data) {
            return null;
        }
    }
}
