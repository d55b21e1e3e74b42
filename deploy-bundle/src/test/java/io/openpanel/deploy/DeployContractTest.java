package io.openpanel.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.openpanel.testkit.PluginContract;
import io.openpanel.testkit.TestPanel;
import org.junit.jupiter.api.Test;
import org.osgi.framework.FrameworkUtil;

class DeployContractTest implements PluginContract {
    /** It is named in a text there, for which no import is written by itself. */
    @Test
    void sshFindsTheProviderOfItsAlgorithms(TestPanel panel) throws ClassNotFoundException {
        Class<?> provider =
                panel.install("io.openpanel.deploy").loadClass("org.bouncycastle.jce.provider.BouncyCastleProvider");

        assertThat(FrameworkUtil.getBundle(provider).getSymbolicName()).isEqualTo("bcprov");
    }
}
