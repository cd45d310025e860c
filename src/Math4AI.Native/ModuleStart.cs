using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Math4AI.Audio;
using Math4AI.Data;
using Math4AI.LinearAlgebra.Provider;
using Math4AI.Runtime;

namespace Math4AI;

/// <summary>
/// Runs once, on the first use of any type of this library: says how each native library is found and how Math.NET comes by
/// its providers, and that sound is one of the formats of data. It loads nothing.
/// </summary>
internal static class ModuleStart
{
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Math.NET must be on MKL before a user's first product, unasked.")]
    internal static void Start()
    {
        NativeRuntime.Register();
        Compute.SetProviderAccess(() => MathNetProvider.Current, MathNetProvider.TryUse);
        MathNetProvider.Register();
        DataFormat.Register(new SoundFormat());
    }
}
