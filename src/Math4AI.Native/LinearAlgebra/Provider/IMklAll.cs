using System.Numerics;
using Math4AI.Interop.Mkl;

namespace Math4AI.LinearAlgebra.Provider;

/// <summary>All of Math.NET's provider for one element type, and what it does not have.</summary>
internal interface IMklAll<T, TReal, TMkl> :
    IMklVectors<T, TReal, TMkl>,
    IMklProducts<T, TReal, TMkl>,
    IMklLu<T, TReal, TMkl>,
    IMklCholesky<T, TReal, TMkl>,
    IMklQr<T, TReal, TMkl>,
    IMklSvd<T, TReal, TMkl>,
    IMklEigen<T, TReal, TMkl>,
    IMklLeastNorm<T, TReal, TMkl>
    where T : unmanaged
    where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
    where TMkl : struct, IMklElement<T, TReal>;
