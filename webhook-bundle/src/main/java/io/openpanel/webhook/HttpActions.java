package io.openpanel.webhook;

import static io.openpanel.api.Action.Effect.CHANGE;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.webhook.internal.http.Body;
import io.openpanel.webhook.internal.http.OutgoingRequest;
import io.openpanel.webhook.internal.http.Target;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The one way by which routes and plugins reach other servers. */
@Component(
        service = Extension.class,
        configurationPid = "io.openpanel.webhook.http",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = HttpActions.Settings.class)
public class HttpActions implements Extension {
    private volatile Set<String> privateHosts;

    /** Where requests may go. */
    @ObjectClassDefinition(id = "io.openpanel.webhook.http", name = "%title", localization = "OSGI-INF/l10n/http")
    public @interface Settings {
        @AttributeDefinition(name = "%privateHosts", description = "%privateHosts.help", required = false)
        String[] privateHosts() default {};
    }

    /** What is done to what lies at the address. */
    public enum Method {
        GET,
        POST,
        PUT,
        PATCH,
        DELETE
    }

    /** A request. Addresses and headers are secrets, because those of chats and other services let in whoever knows them. */
    public record Send(
            @Param(value = "An https address", example = "https://hooks.slack.com/services/…", min = 1, max = 4096)
                    Secret url,
            @Param("POST where left out") Optional<Method> method,
            Optional<Map<String, Secret>> headers,
            @Param(value = "The body, sent as JSON", kind = "hidden") Optional<Map<String, Object>> json,
            @Param(value = "The body as it is, in the place of json", kind = "hidden") Optional<String> text) {}

    /**
     * What came back.
     *
     * @param body its first 64 KiB
     */
    public record Answer(int status, @Param(kind = "multiline") String body) {}

    @Activate
    public HttpActions(Settings settings) {
        modified(settings);
    }

    @Modified
    final void modified(Settings settings) {
        privateHosts = Stream.of(settings.privateHosts())
                .map(host -> host.strip().toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
    }

    @Action(
            value = "http.send",
            summary = "Sends a request to a server of somebody else, and gives its answer",
            effect = CHANGE,
            http = "POST /http/send")
    public Answer send(Call call, Send in) {
        Target target = Target.parse(in.url().reveal());
        requireDeclared(call, target.host());
        Method method = in.method().orElse(Method.POST);
        Body body = Body.of(in.json(), in.text());
        Map<String, Secret> headers = in.headers().orElse(Map.of());
        OutgoingRequest request = new OutgoingRequest(target, method.name(), headers, body);
        OutgoingRequest.Answer answer = request.send(target.addresses(privateHosts.contains(target.host())));
        requireGood(target.host(), answer);
        return new Answer(answer.status(), answer.text());
    }

    /** A plugin reaches what people were shown when they installed it. */
    private static void requireDeclared(Call call, String host) {
        if (!call.reach("host").includes(new Ref("host", host))) {
            List<String> declared = call.reach("host").refs().stream()
                    .filter(ref -> ref.kind().equals("host"))
                    .map(Ref::id)
                    .sorted()
                    .toList();
            throw new Problem(
                    Problem.Kind.DENIED,
                    "The host " + host + " is not declared by who calls; "
                            + (declared.isEmpty() ? "it declares none" : "it declares " + String.join(", ", declared)));
        }
    }

    private static void requireGood(String host, OutgoingRequest.Answer answer) {
        int status = answer.status();
        if (status / 100 == 2) {
            return;
        }
        String said = host + " answered " + status;
        if (status == 429) {
            throw new Problem(Problem.Kind.LIMITED, said + ": too many requests; it is tried again later");
        }
        if (status / 100 == 5 || status == 408) {
            throw new Problem(Problem.Kind.UPSTREAM, said + "; it may answer again later");
        }
        if (status / 100 == 3) {
            throw new Problem(
                    Problem.Kind.CONFLICT,
                    said + " and sends elsewhere, which is not followed; give the final address");
        }
        throw new Problem(Problem.Kind.CONFLICT, said + "; check the address and what is sent there");
    }
}
