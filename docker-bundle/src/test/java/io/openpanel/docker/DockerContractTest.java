package io.openpanel.docker;

import io.openpanel.testkit.PluginContract;

class DockerContractTest implements PluginContract {}
