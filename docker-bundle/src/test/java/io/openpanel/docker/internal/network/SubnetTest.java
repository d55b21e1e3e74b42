package io.openpanel.docker.internal.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class SubnetTest {
    @Test
    void blocksAreReadSplitAndWritten() {
        Subnet range = Subnet.parse("10.201.77.5/16");
        assertThat(range).hasToString("10.201.0.0/16");
        List<Subnet> blocks = range.split(26).toList();
        assertThat(blocks).hasSize(1024);
        assertThat(blocks.get(1)).hasToString("10.201.0.64/26");
        assertThat(blocks.get(1023)).hasToString("10.201.255.192/26");
        assertThat(Subnet.text(blocks.get(1).gateway())).isEqualTo("10.201.0.65");
        assertThat(blocks.get(1).upperHalf()).hasToString("10.201.0.96/27");
        assertThat(blocks.get(1).hosts().mapToObj(Subnet::text))
                .hasSize(61)
                .startsWith("10.201.0.66")
                .endsWith("10.201.0.126");
    }

    @Test
    void overlapsAreSeenBothWays() {
        assertThat(Subnet.parse("10.0.0.0/8").overlaps(Subnet.parse("10.201.0.0/26")))
                .isTrue();
        assertThat(Subnet.parse("10.201.0.0/26").overlaps(Subnet.parse("10.0.0.0/8")))
                .isTrue();
        assertThat(Subnet.parse("10.201.0.0/26").overlaps(Subnet.parse("10.201.0.64/26")))
                .isFalse();
        assertThat(Subnet.parse("0.0.0.0/0").contains(Subnet.address("200.1.2.3")))
                .isTrue();
    }

    @Test
    void whatIsNoBlockIsRefused() {
        for (String wrong : List.of("10.0.0.0", "10.0.0/8", "10.0.0.256/8", "10.0.0.0/33", "::1/64", "a.b.c.d/8")) {
            assertThatThrownBy(() -> Subnet.parse(wrong)).as(wrong).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void routesOfTheMachineAreRead() {
        List<Subnet> routes = HostRoutes.parse(List.of(
                "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT",
                "eth0\t00000000\t0102000A\t0003\t0\t0\t0\t00000000\t0\t0\t0",
                "eth0\t0000C90A\t00000000\t0001\t0\t0\t0\tC0FFFFFF\t0\t0\t0",
                "broken"));
        assertThat(routes).containsExactly(Subnet.parse("10.201.0.0/26"));
    }
}
