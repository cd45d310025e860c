using System.Numerics.Tensors;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.LinearAlgebra.Decompositions;
using Math4AI.Runtime;

namespace Math4AI.Kernels.Systems;

/// <summary>
/// The inverse of ΦᵀΦ + D, Nyström's approximation of A = K + D, by the identity of Woodbury: with G = Φ D^(−½), M⁻¹ =
/// D^(−½) (I − Gᵀ (I + G Gᵀ)⁻¹ G) D^(−½). Source: Frangella, Tropp and Udell, Randomized Nyström preconditioning, SIAM
/// Journal on Matrix Analysis and Applications 44 (2023).
/// </summary>
internal sealed unsafe class NystromPreconditioner : IPreconditioner
{
    private readonly GramMatrix scaled;
    private readonly double[] roots;
    private readonly PositiveDefiniteFactor inner;

    /// <summary>Prepares the preconditioner.</summary>
    /// <param name="features">Φ, landmarks × samples; overwritten.</param>
    /// <param name="diagonal">D, positive.</param>
    public NystromPreconditioner(GramMatrix features, double[] diagonal)
    {
        scaled = features;
        roots = [.. diagonal.Select(value => 1.0 / Math.Sqrt(value))];
        features.FillColumns(
            isSymmetric: false, (column, _, values, _) => TensorPrimitives.Multiply(values, roots[column], values));
        int order = features.Rows;
        double[] sums = new double[order * order];
        for (int i = 0; i < order; i++)
        {
            sums[i * order + i] = 1.0;
        }

        fixed (double* g = features.Values, s = sums)
        {
            SymmetricProduct.AddLower(g, order, features.Columns, s, 1.0);
        }

        Symmetry.MirrorLower(sums, order);
        inner = PositiveDefiniteFactor.TryFactor(sums, order)
            ?? throw new ArithmeticException(
                "The preconditioner is not positive definite: use a larger penalty or noise.");
    }

    public void Apply(ReadOnlySpan<double> residual, Span<double> result)
    {
        double[] weighted = new double[roots.Length], reduced = new double[scaled.Rows];
        TensorPrimitives.Multiply(residual, roots, weighted);
        int parts = Team.Size;
        double[][] sums = [.. Enumerable.Range(0, parts).Select(_ => new double[reduced.Length])];
        Team.Run(parts, part =>
        {
            (int first, int count) = Team.Part(weighted.Length, part, parts);
            for (int column = first; column < first + count; column++)
            {
                TensorPrimitives.MultiplyAdd(scaled.Column(column), weighted[column], sums[part], sums[part]);
            }
        });
        foreach (double[] sum in sums)
        {
            TensorPrimitives.Add(reduced, sum, reduced);
        }

        inner.Solve(reduced);
        Team.Run(parts, part =>
        {
            (int first, int count) = Team.Part(weighted.Length, part, parts);
            for (int column = first; column < first + count; column++)
            {
                weighted[column] -= TensorPrimitives.Dot<double>(scaled.Column(column), reduced);
            }
        });
        TensorPrimitives.Multiply(weighted, roots, result);
    }
}
