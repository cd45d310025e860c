namespace Math4AI.Runtime;

/// <summary>
/// Describes one step that loads and sets up a native library, or one check of what works, and how it went.
/// </summary>
/// <param name="Name">What the step does, such as "load libtorch".</param>
/// <param name="Ok">Whether it worked.</param>
/// <param name="Detail">What happened, in a few words.</param>
/// <param name="Remedy">What to do about it in one sentence; empty if nothing needs to be done.</param>
/// <param name="Seconds">How long it took.</param>
public sealed record StartupStep(string Name, bool Ok, string Detail, string Remedy, double Seconds);
