package io.openpanel.activity.internal;

import io.openpanel.api.Panel;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.spi.Authority;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** The members of a team, and what each of them may see. */
@Component(service = People.class)
public final class People {
    private final Panel panel;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    private volatile Authority authority;

    /** A member, as {@code member.list} knows them. */
    public record Member(Ref member, String name, String email, Optional<Boolean> service) {
        /** Programs read nothing. */
        boolean isPerson() {
            return !service.orElse(false);
        }

        public Ref user() {
            return new Ref("user", member.id());
        }
    }

    /** The members of a team. */
    public record Members(List<Member> items) {
        Optional<Member> of(Ref user) {
            return items.stream().filter(each -> each.user().equals(user)).findFirst();
        }
    }

    @Activate
    public People(@Reference Panel panel) {
        this.panel = panel;
    }

    /** Those of the call's team, where the plugin itself is the caller. */
    Members members() {
        return new Members(panel.call("member.list", null, Members.class).items().stream()
                .filter(Member::isPerson)
                .toList());
    }

    /** Those of a team who may see a resource, whoever asks. */
    public List<Member> audience(Ref team, Place place) {
        return panel.asItself(() -> panel.in(team, this::members)).items().stream()
                .filter(each -> sees(each, team, place))
                .toList();
    }

    boolean sees(Member member, Ref team, Place place) {
        Authority known = authority;
        if (known == null) {
            throw new Problem(Problem.Kind.UNAVAILABLE, "Nobody knows who may see what now; teams are not running");
        }
        Principal person = new Principal(member.user(), member.name(), Optional.of(team), Optional.empty());
        return place.isIn(known.reach(person, place.ref().kind()));
    }
}
