package io.openpanel.sso.internal;

import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Which protocol a provider speaks. */
@Component(service = Protocols.class)
public final class Protocols {
    private final List<Protocol> all;

    @Activate
    public Protocols(
            @Reference(cardinality = ReferenceCardinality.AT_LEAST_ONE, policyOption = ReferencePolicyOption.GREEDY)
                    List<Protocol> all) {
        this.all = List.copyOf(all);
    }

    Protocol of(Provider provider) {
        return all.stream().filter(each -> each.isOf(provider)).findFirst().orElseThrow();
    }
}
