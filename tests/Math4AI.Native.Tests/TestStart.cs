using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Math4AI.Runtime;

namespace Math4AI.Tests;

/// <summary>Starts the library before any test: one that uses TorchSharp alone may be the first to run.</summary>
internal static class TestStart
{
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Tests run in any order, each alone too.")]
    internal static void Start() => RuntimeHelpers.RunModuleConstructor(typeof(Compute).Module.ModuleHandle);
}
