package io.openpanel.teams;

import io.openpanel.testkit.PluginContract;

class TeamsContractTest implements PluginContract {}
