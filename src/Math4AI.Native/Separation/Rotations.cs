using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using MathNet.Numerics.Random;

namespace Math4AI.Separation;

/// <summary>Orthogonal matrices, where a search on white data begins and stays.</summary>
internal static class Rotations
{
    /// <summary>One at random, all directions alike; the same seed gives the same bits.</summary>
    public static Matrix<double> Random(int order, int seed)
    {
        var normal = new Normal(new MersenneTwister(seed, threadSafe: false));
        return Nearest(DenseMatrix.Create(order, order, (_, _) => normal.Sample()));
    }

    /// <summary>(W Wᵀ)^(−½) W, the nearest orthogonal matrix: U Vᵀ of W = U Σ Vᵀ.</summary>
    public static Matrix<double> Nearest(Matrix<double> matrix)
    {
        var svd = matrix.Svd();
        return svd.U * svd.VT;
    }
}
