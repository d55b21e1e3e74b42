package io.openpanel.teams.internal;

import io.openpanel.api.Problem;
import io.openpanel.teams.RegistrationSettings;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;

/** Who may make an account, as it is set now. */
@Component(
        service = RegistrationMode.class,
        configurationPid = "io.openpanel.teams.registration",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = RegistrationSettings.class)
public final class RegistrationMode {
    private volatile String mode;

    @Activate
    public RegistrationMode(RegistrationSettings settings) {
        this(settings.mode());
    }

    RegistrationMode(String mode) {
        this.mode = mode;
    }

    @Modified
    void modified(RegistrationSettings changed) {
        set(changed.mode());
    }

    void set(String changed) {
        mode = changed;
    }

    boolean isOpen() {
        return mode.equals("open");
    }

    /** @throws Problem DENIED where not even an invitation makes an account */
    void requireNotClosed() {
        if (mode.equals("closed")) {
            throw new Problem(
                    Problem.Kind.DENIED,
                    "This panel takes no new accounts now; join with the password of the one you have, or ask an owner of"
                            + " the panel to open it");
        }
    }
}
