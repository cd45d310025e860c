using Math4AI.Runtime;

/// <summary>
/// What the runtime calls before <c>Main</c> of a program in Visual Basic, which has no module initializers: its build
/// names this assembly under <c>STARTUP_HOOKS</c>. The runtime looks for this name, outside of namespaces.
/// </summary>
internal static class StartupHook
{
    public static void Initialize() => Compute.Start();
}
