using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Math4AI.LinearAlgebra.Provider;
using Math4AI.Runtime;

namespace Math4AI;

/// <summary>Runs once, on the first use of any type of this library.</summary>
internal static class ModuleStart
{
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Math.NET must be on MKL before a user's first product, unasked.")]
    internal static void Start()
    {
        Compute.Offer(LinearAlgebraBackend.Mkl, () => (new MklLinearAlgebraProvider(), new MklFourierTransformProvider()));
        Compute.Start();
    }
}
