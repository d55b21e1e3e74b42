package io.openpanel.ssl;

import io.openpanel.testkit.PluginContract;

class SslContractTest implements PluginContract {}
