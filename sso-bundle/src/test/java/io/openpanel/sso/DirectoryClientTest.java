package io.openpanel.sso;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import de.captaingoldfish.scim.sdk.client.ScimClientConfig;
import de.captaingoldfish.scim.sdk.client.ScimRequestBuilder;
import de.captaingoldfish.scim.sdk.client.response.ServerResponse;
import de.captaingoldfish.scim.sdk.common.constants.enums.Comparator;
import de.captaingoldfish.scim.sdk.common.constants.enums.PatchOp;
import de.captaingoldfish.scim.sdk.common.resources.Group;
import de.captaingoldfish.scim.sdk.common.resources.User;
import de.captaingoldfish.scim.sdk.common.resources.complex.Name;
import de.captaingoldfish.scim.sdk.common.resources.multicomplex.Email;
import de.captaingoldfish.scim.sdk.common.resources.multicomplex.Member;
import de.captaingoldfish.scim.sdk.common.response.ListResponse;
import io.openpanel.spi.Gateway.Caller;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A SCIM client that others wrote understands what the panel says. */
@ExtendWith(OpenPanelExtension.class)
@OpenPanelExtension.Bundles({"io.openpanel.teams", "io.openpanel.sso"})
class DirectoryClientTest {
    @Test
    void aClientOfAnotherHandMakesFindsChangesAndRemovesPeopleAndGroups(TestPanel panel) throws IOException {
        Caller owner = Visitor.owner(panel);
        panel.awaitActions("directory.create", "directory-group.update");
        JsonNode made = Visitor.call(panel, owner, "directory.create", Map.of("name", "Client", "role", "viewer"));
        try (DirectoryServer server = new DirectoryServer(panel);
                ScimRequestBuilder client = new ScimRequestBuilder(
                        server.url(made.get("path").asText()),
                        ScimClientConfig.builder()
                                .httpHeaders(Map.of(
                                        "Authorization",
                                        "Bearer " + made.get("token").asText()))
                                .build())) {
            assertThat(client.loadServiceProviderConfiguration()
                            .getPatchConfig()
                            .isSupported())
                    .isTrue();
            assertThat(client.loadMetaConfiguration()
                            .sendRequest()
                            .getResource()
                            .getSchemas())
                    .isNotNull();

            ServerResponse<User> user = client.create(User.class, "/Users")
                    .setResource(User.builder()
                            .userName("wim@example.com")
                            .name(Name.builder()
                                    .givenName("Wim")
                                    .familyName("Vos")
                                    .build())
                            .emails(List.of(Email.builder()
                                    .value("wim@example.com")
                                    .primary(true)
                                    .build()))
                            .active(true)
                            .build())
                    .sendRequest();
            assertThat(user.isSuccess()).as(user.getResponseBody()).isTrue();
            String id = user.getResource().getId().orElseThrow();

            ServerResponse<ListResponse<User>> found = client.list(User.class, "/Users")
                    .filter("userName", Comparator.EQ, "WIM@example.com")
                    .and("active", Comparator.EQ, "true")
                    .build()
                    .get()
                    .sendRequest();
            assertThat(found.getResource().getListedResources())
                    .extracting(each -> each.getUserName().orElseThrow())
                    .containsExactly("wim@example.com");

            ServerResponse<Group> group = client.create(Group.class, "/Groups")
                    .setResource(Group.builder()
                            .displayName("All")
                            .members(List.of(Member.builder().value(id).build()))
                            .build())
                    .sendRequest();
            assertThat(group.isSuccess()).as(group.getResponseBody()).isTrue();
            String all = group.getResource().getId().orElseThrow();
            assertThat(client.patch(Group.class, "/Groups", all)
                            .addOperation()
                            .op(PatchOp.REMOVE)
                            .path("members[value eq \"" + id + "\"]")
                            .build()
                            .sendRequest()
                            .getHttpStatus())
                    .isEqualTo(204);
            assertThat(client.get(Group.class, "/Groups", all)
                            .sendRequest()
                            .getResource()
                            .getMembers())
                    .isEmpty();

            ServerResponse<User> gone = client.patch(User.class, "/Users", id)
                    .addOperation()
                    .op(PatchOp.REPLACE)
                    .path("active")
                    .value("false")
                    .build()
                    .sendRequest();
            assertThat(gone.getResource().isActive()).contains(false);
            ServerResponse<User> again = client.create(User.class, "/Users")
                    .setResource(User.builder().userName("wim@example.com").build())
                    .sendRequest();
            assertThat(again.getErrorResponse().getScimType()).contains("uniqueness");
            assertThat(client.delete(Group.class, "/Groups", all).sendRequest().isSuccess())
                    .isTrue();
            assertThat(client.delete(User.class, "/Users", id).sendRequest().isSuccess())
                    .isTrue();
            assertThat(client.get(User.class, "/Users", id).sendRequest().getHttpStatus())
                    .isEqualTo(404);
        }
    }
}
