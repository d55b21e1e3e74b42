package io.openpanel.sso;

import io.openpanel.testkit.PluginContract;

class SsoContractTest implements PluginContract {}
