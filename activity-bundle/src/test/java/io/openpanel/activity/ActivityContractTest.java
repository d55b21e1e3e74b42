package io.openpanel.activity;

import io.openpanel.testkit.PluginContract;

class ActivityContractTest implements PluginContract {}
