using System.Numerics;
using Math4AI.Runtime;
using MathNet.Numerics;
using MathNet.Numerics.Providers.LinearAlgebra;

namespace Math4AI.LinearAlgebra.Provider;

/// <summary>
/// Runs Math.NET's dense linear algebra on MKL. It is installed by the start of this library, so that a user's <c>A *
/// B</c>, <c>A.Svd()</c> or <c>A.Solve(b)</c> runs on MKL; <see cref="Compute.Provider"/> chooses another.
/// </summary>
/// <remarks>
/// The methods stand in the interfaces below, one for each kind of operation, written once over the element type; MKL's
/// entry points are their static abstract members. Arrays are column-major, as everywhere in Math.NET. The exceptions
/// are those of Math.NET's managed provider, in the same situations.
/// </remarks>
public sealed class MklLinearAlgebraProvider :
    ILinearAlgebraProvider,
    IMklAll<double, double>,
    IMklAll<float, float>,
    IMklAll<Complex, double>,
    IMklAll<Complex32, float>
{
    /// <inheritdoc/>
    public bool IsAvailable() => Compute.CanLoadMkl;

    /// <inheritdoc/>
    /// <exception cref="DllNotFoundException">MKL was not found.</exception>
    public void InitializeVerify() => MathNetProvider.Verify();

    /// <inheritdoc/>
    public void FreeResources()
    {
        // Workspaces come from the shared array pool, which the runtime trims by itself.
    }

    /// <inheritdoc/>
    public override string ToString() => $"Math4AI on {Compute.MklVersion} ({Compute.InstructionSet})";
}

/// <summary>All of Math.NET's provider for one element type, and what it does not have.</summary>
internal interface IMklAll<T, TReal> :
    IMklVectors<T, TReal>,
    IMklProducts<T, TReal>,
    IMklLu<T, TReal>,
    IMklCholesky<T, TReal>,
    IMklQr<T, TReal>,
    IMklSvd<T, TReal>,
    IMklEigen<T, TReal>,
    IMklLeastNorm<T, TReal>
    where T : unmanaged
    where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>;
