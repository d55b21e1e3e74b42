package io.openpanel.teams;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** Who may make an account. */
@ObjectClassDefinition(
        id = "io.openpanel.teams.registration",
        name = "%title",
        localization = "OSGI-INF/l10n/registration")
public @interface RegistrationSettings {
    @AttributeDefinition(
            name = "%mode",
            description = "%mode.help",
            options = {
                @Option(label = "%mode.closed", value = "closed"),
                @Option(label = "%mode.invitation", value = "invitation"),
                @Option(label = "%mode.open", value = "open")
            })
    String mode() default "invitation";
}
