package io.openpanel.kernel.internal.limit;

import com.fasterxml.jackson.databind.JsonNode;
import io.openpanel.api.Call;
import io.openpanel.api.Problem;
import io.openpanel.kernel.LimitSettings;
import io.openpanel.kernel.internal.shape.Json;
import io.openpanel.spi.Networks;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the settings: how often the panel may be called, and from where. */
@Component(service = Limits.class, configurationPid = LimitSettings.PID)
@Designate(ocd = LimitSettings.class)
public final class Limits {
    /** What counts where an owner has set nothing: {@code 0}, or {@code user=600,key=1200,team=6000,address=6000}. */
    static final String GIVEN = "openpanel.calls-per-minute";

    private static final Logger LOG = LoggerFactory.getLogger(Limits.class);
    private static final String ALLOWED = "allowedAddresses";
    private static final String JOB_DAYS = "jobDays";

    private final RateLimits rates = new RateLimits(System::nanoTime);
    private final Map<Limit, Integer> given;
    private volatile Networks allowed = Networks.of(List.of());
    private volatile int jobDays = LimitSettings.JOB_DAYS;
    private volatile Runnable onAddresses = () -> {};

    @Activate
    public Limits(BundleContext context, Map<String, Object> properties) {
        this(Optional.ofNullable(context.getProperty(GIVEN)).orElse(""));
        set(properties);
    }

    Limits(String given) {
        this.given = read(given);
        set(Map.of());
    }

    private static Map<Limit, Integer> read(String given) {
        Map<Limit, Integer> quotas = new EnumMap<>(Limit.class);
        for (Limit limit : Limit.values()) {
            quotas.put(limit, limit.standard());
        }
        for (String part : given.isBlank() ? new String[0] : given.split(",")) {
            String[] said = part.strip().split("=", 2);
            try {
                int quota = Integer.parseInt(said[said.length - 1].strip());
                if (said.length == 1) {
                    quotas.replaceAll((limit, former) -> quota);
                } else {
                    quotas.put(Limit.valueOf(said[0].strip().toUpperCase(Locale.ROOT)), quota);
                }
            } catch (IllegalArgumentException e) {
                LOG.error(
                        "'{}' in {} is not used; write a number for all, or {}",
                        part,
                        "OPENPANEL_CALLS_PER_MINUTE",
                        "user=600,key=1200,team=6000,address=6000");
            }
        }
        return quotas;
    }

    /** Takes what is kept, before anybody comes in. */
    public void begin(JsonNode kept) {
        Map<String, Object> properties = new HashMap<>();
        kept.properties().forEach(each -> properties.put(each.getKey(), Json.plain(each.getValue())));
        set(properties);
    }

    /** @param properties those that are set, by the names of {@link LimitSettings} */
    @Modified
    public void set(Map<String, Object> properties) {
        Map<Limit, Integer> quotas = new EnumMap<>(given);
        for (Limit limit : Limit.values()) {
            if (properties.get(limit.setting()) instanceof Number quota) {
                quotas.put(limit, quota.intValue());
            }
        }
        rates.set(quotas);
        jobDays = properties.get(JOB_DAYS) instanceof Number days ? days.intValue() : LimitSettings.JOB_DAYS;
        try {
            allowed = Networks.of(texts(properties.get(ALLOWED)));
            onAddresses.run();
        } catch (IllegalArgumentException e) {
            LOG.error("The addresses the panel may be used from stay as they were: {}", e.getMessage());
        }
    }

    private static List<String> texts(Object value) {
        return value instanceof Collection<?> all
                ? all.stream().map(Object::toString).toList()
                : List.of();
    }

    /** Sets what to do once the addresses the panel may be used from are others: what is open may have to end. */
    public void onAddresses(Runnable listener) {
        onAddresses = listener;
    }

    /** How many days after its end a job is kept. */
    public int jobDays() {
        return jobDays;
    }

    public RateLimits rates() {
        return rates;
    }

    /** Why nobody may call from an address; empty where they may. */
    public Optional<Problem> refusal(String address) {
        Networks now = allowed;
        return now.isEmpty() || now.contains(address)
                ? Optional.empty()
                : Optional.of(new Problem(
                        Problem.Kind.DENIED,
                        "The panel may not be used from your address " + address
                                + "; ask whoever looks after it, or use openpanel-cli --local on its machine"));
    }

    /** What is wrong with a value that somebody wants to set; empty where nothing is. */
    public Optional<String> flaw(Call call, String name, JsonNode value) {
        if (!name.equals(ALLOWED)) {
            return Optional.empty();
        }
        List<String> texts = new ArrayList<>();
        value.forEach(each -> texts.add(each.asText()));
        Networks wanted;
        try {
            wanted = Networks.of(texts);
        } catch (IllegalArgumentException e) {
            return Optional.of(e.getMessage());
        }
        return wanted.isEmpty() || call.address().isEmpty() || wanted.contains(call.address())
                ? Optional.empty()
                : Optional.of("would lock you out: your own address " + call.address()
                        + " is not among them; add it, or use openpanel-cli --local on the panel's machine");
    }
}
