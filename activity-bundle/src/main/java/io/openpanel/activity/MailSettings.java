package io.openpanel.activity;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The server that takes the panel's e-mail. */
@ObjectClassDefinition(id = "io.openpanel.activity.mail", name = "%title", localization = "OSGI-INF/l10n/mail")
public @interface MailSettings {
    @AttributeDefinition(name = "%host", description = "%host.help", required = false)
    String host() default "";

    @AttributeDefinition(name = "%port", description = "%port.help", min = "1", max = "65535")
    int port() default 587;

    @AttributeDefinition(
            name = "%security",
            description = "%security.help",
            options = {
                @Option(label = "STARTTLS", value = "starttls"),
                @Option(label = "TLS", value = "tls"),
                @Option(label = "%security.none", value = "none")
            })
    String security() default "starttls";

    @AttributeDefinition(name = "%user", description = "%user.help", required = false)
    String user() default "";

    @AttributeDefinition(
            name = "%password",
            description = "%password.help",
            type = AttributeType.PASSWORD,
            required = false)
    String _password() default "";

    @AttributeDefinition(name = "%from", description = "%from.help", required = false)
    String from() default "";

    @AttributeDefinition(name = "%address", description = "%address.help", required = false)
    String address() default "";
}
