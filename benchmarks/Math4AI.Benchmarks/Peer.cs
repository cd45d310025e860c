using System.Diagnostics;
using System.Runtime.Intrinsics.X86;

namespace Math4AI.Benchmarks;

/// <summary>
/// The programs of benchmarks/peers, at their best: OpenBLAS 0.3.21, which Debian 12 has, falls back to its slowest
/// kernel on processors that it does not know, and is told the newest one that this processor can run.
/// </summary>
internal static class Peer
{
    /// <summary>The environment variable that OpenBLAS reads its kernel from.</summary>
    public const string KernelVariable = "OPENBLAS_CORETYPE";

    /// <summary>
    /// The kernel of OpenBLAS: what the environment says, otherwise the newest that the processor has the instructions
    /// for.
    /// </summary>
    public static string Kernel { get; } = Environment.GetEnvironmentVariable(KernelVariable)
        ?? (Avx512F.IsSupported ? "SkylakeX" : Avx2.IsSupported ? "Haswell" : "Nehalem");

    /// <summary>Starts a script of benchmarks/peers, whose standard output is read.</summary>
    /// <param name="python">The Python that has the peer's packages.</param>
    /// <param name="script">The script's file name.</param>
    /// <param name="words">The script's arguments.</param>
    /// <param name="takesInput">Whether its standard input is written.</param>
    public static Process Start(string python, string script, IEnumerable<string> words, bool takesInput = false)
    {
        string path = Path.Combine(SeparationAgainstPeer.Root(), "benchmarks", "peers", script);
        var start = new ProcessStartInfo(python, [path, .. words])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = takesInput,
        };
        start.Environment[KernelVariable] = Kernel;
        Console.Error.WriteLine($"{script}: OpenBLAS kernel {Kernel}");
        return Process.Start(start)!;
    }
}
