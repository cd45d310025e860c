using System.Numerics.Tensors;
using Math4AI.LinearAlgebra.Decompositions;
using MathNet.Numerics;

namespace Math4AI.Kernels.GaussianProcesses.Laplace;

/// <summary>
/// Two classes by the logistic function, p(y = 1 | f) = 1/(1 + exp(−f)): one latent function.
/// </summary>
/// <param name="targets">1 for the second class, 0 for the first.</param>
internal sealed class BinaryMode(double[] targets) : ClassMode(targets.Length, 1)
{
    private readonly GramMatrix room = new(targets.Length, targets.Length);
    private readonly double[] probabilities = new double[targets.Length];
    private readonly double[] roots = new double[targets.Length];
    private PositiveDefiniteFactor? factor;
    private GramMatrix? slopes;

    public override GramMatrix Slopes(Span<double> own)
    {
        slopes ??= new GramMatrix(Samples, Samples);
        factor!.Invert(slopes.Values);
        double[] curvatureSlopes = new double[Samples];
        for (int i = 0; i < Samples; i++)
        {
            // ½ Σ_ii ∇³ log p, with the posterior variance Σ_ii = (1 − [B⁻¹]_ii)/W_ii.
            curvatureSlopes[i] = -0.5 * (1.0 - slopes.Column(i)[i]) * (1.0 - 2.0 * probabilities[i]);
        }

        // u = (I + W K)⁻¹ s = s − W^½ B⁻¹ W^½ K s.
        double[] moved = Times(curvatureSlopes);
        Reduce(moved);
        TensorPrimitives.Subtract(curvatureSlopes, moved, moved);
        double[] a = Weights;
        slopes.FillColumns(isSymmetric: false, (column, firstRow, values, _) =>
        {
            int rows = values.Length;
            TensorPrimitives.Multiply(values, roots.AsSpan(firstRow, rows), values);
            TensorPrimitives.Multiply(values, -0.5 * roots[column], values);
            TensorPrimitives.MultiplyAdd(
                a.AsSpan(firstRow, rows), 0.5 * (a[column] + moved[column]), values, values);
            TensorPrimitives.MultiplyAdd(moved.AsSpan(firstRow, rows), 0.5 * a[column], values, values);
        });
        return slopes;
    }

    /// <inheritdoc/>
    public override double[] Probabilities(GramMatrix cross, double[] prior)
    {
        double[] found = new double[2 * prior.Length], means = new double[prior.Length];
        for (int i = 0; i < prior.Length; i++)
        {
            means[i] = TensorPrimitives.Dot<double>(cross.Column(i), Weights);
            TensorPrimitives.Multiply(cross.Column(i), roots, cross.Column(i));
        }

        factor!.SolveLower(cross.Values);
        for (int i = 0; i < prior.Length; i++)
        {
            double variance = prior[i] - TensorPrimitives.SumOfSquares<double>(cross.Column(i));
            double second = LogisticMoments.Mean(means[i], Math.Sqrt(Math.Max(0.0, variance)));
            (found[2 * i], found[2 * i + 1]) = (1.0 - second, second);
        }

        return found;
    }

    protected override bool Prepare()
    {
        for (int i = 0; i < Samples; i++)
        {
            probabilities[i] = SpecialFunctions.Logistic(Latent[i]);
            roots[i] = Math.Sqrt(probabilities[i] * SpecialFunctions.Logistic(-Latent[i]));
        }

        factor = FactorScaled(roots, room);
        return factor is not null;
    }

    protected override double HalfLogDeterminant() => 0.5 * factor!.LogDeterminant();

    /// <summary>a = b − W^½ B⁻¹ W^½ K b with b = W f + ∇ log p.</summary>
    protected override double[] Step()
    {
        double[] weights = new double[Samples];
        for (int i = 0; i < Samples; i++)
        {
            weights[i] = roots[i] * roots[i] * Latent[i] + targets[i] - probabilities[i];
        }

        double[] part = Times(weights);
        Reduce(part);
        TensorPrimitives.Subtract(weights, part, weights);
        return weights;
    }

    protected override double Objective(double[] weights, double[] latent)
    {
        double sum = -0.5 * TensorPrimitives.Dot<double>(weights, latent);
        for (int i = 0; i < Samples; i++)
        {
            // log σ(±f) without overflow.
            double margin = targets[i] > 0.5 ? latent[i] : -latent[i];
            sum -= Math.Max(0.0, -margin) + SpecialFunctions.Log1p(Math.Exp(-Math.Abs(margin)));
        }

        return sum;
    }

    /// <summary>Replaces v by W^½ B⁻¹ W^½ v.</summary>
    private void Reduce(double[] vector)
    {
        TensorPrimitives.Multiply(vector, roots, vector);
        factor!.Solve(vector);
        TensorPrimitives.Multiply(vector, roots, vector);
    }
}
