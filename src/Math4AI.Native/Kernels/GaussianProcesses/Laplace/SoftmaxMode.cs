using System.Numerics.Tensors;
using Math4AI.LinearAlgebra.Decompositions;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.GaussianProcesses.Laplace;

/// <summary>
/// Several classes by p(y = c | f) = exp f_c / Σ exp f: a latent function a class, independent of each other before
/// the data and of the same kernel. W = D − Π Πᵀ couples them at each sample; with E_c = D_c^½ (I + D_c^½ K D_c^½)⁻¹
/// D_c^½ and S = Σ_c E_c, everything is found from matrices of n × n, of which classes + 4 are held.
/// </summary>
/// <remarks>
/// Source: Rasmussen and Williams (2006), algorithm 3.3; det(I + K W) = det S Π_c det(I + D_c^½ K D_c^½), whose first
/// factor the book's first printing leaves out.
/// </remarks>
internal sealed class SoftmaxMode(int[] classes, int count) : ClassMode(classes.Length, count)
{
    // Samples whose joint covariance of the classes is computed at a time.
    private const int SamplesAtATime = 256;

    private readonly GramMatrix room = new(classes.Length, classes.Length);
    private readonly GramMatrix[] reduced =
        [.. Enumerable.Range(0, count).Select(_ => new GramMatrix(classes.Length, classes.Length))];

    private readonly double[] sum = new GramMatrix(classes.Length, classes.Length).Values;
    private readonly double[] probabilities = new double[classes.Length * count];
    private readonly double[] unexplained = new double[classes.Length * count];
    private PositiveDefiniteFactor? whole;
    private double halfLogDeterminant;
    private GramMatrix? slopes;

    public override GramMatrix Slopes(Span<double> own)
    {
        slopes ??= new GramMatrix(Samples, Samples);
        double[] curvature = CurvatureSlopes(), moved = Times(curvature);
        Reduce(moved);
        TensorPrimitives.Subtract(curvature, moved, moved);
        AddReduced(slopes);
        double[] a = Weights;
        slopes.FillColumns(isSymmetric: false, (column, firstRow, values, _) =>
        {
            TensorPrimitives.Multiply(values, -0.5, values);
            for (int of = 0; of < Functions; of++)
            {
                int first = of * Samples + firstRow, own = of * Samples + column;
                TensorPrimitives.MultiplyAdd(
                    a.AsSpan(first, values.Length), 0.5 * (a[own] + moved[own]), values, values);
                TensorPrimitives.MultiplyAdd(moved.AsSpan(first, values.Length), 0.5 * a[own], values, values);
            }
        });
        return slopes;
    }

    /// <inheritdoc/>
    public override double[] Probabilities(GramMatrix cross, double[] prior)
    {
        int rows = prior.Length;
        Matrix<double> values = cross.ToMatrix(), weights = Matrix<double>.Build.Dense(Samples, Functions, Weights);
        double[] means = weights.TransposeThisAndMultiply(values).AsColumnMajorArray();
        double[] found = new double[Functions * rows];
        Matrix<double>[] parts = new Matrix<double>[Functions];
        double[] variances = new double[Functions * rows];
        for (int of = 0; of < Functions; of++)
        {
            Matrix<double> part = reduced[of].ToMatrix().Multiply(values);
            for (int i = 0; i < rows; i++)
            {
                variances[i * Functions + of] = prior[i] - TensorPrimitives.Dot<double>(
                    cross.Column(i), part.AsColumnMajorArray().AsSpan(i * Samples, Samples));
            }

            whole!.SolveLower(part.AsColumnMajorArray());
            parts[of] = part;
        }

        var moments = new SoftmaxMoments(Functions);
        for (int i = 0; i < rows; i++)
        {
            moments.Mean(
                means.AsSpan(i * Functions, Functions), Joint(parts, i, variances.AsSpan(i * Functions, Functions)),
                found.AsSpan(i * Functions, Functions));
        }

        return found;
    }

    protected override bool Prepare()
    {
        Softmax();
        Array.Clear(sum);
        halfLogDeterminant = 0.0;
        double[] roots = new double[Samples];
        for (int of = 0; of < Functions; of++)
        {
            ReadOnlySpan<double> own = probabilities.AsSpan(of * Samples, Samples);
            TensorPrimitives.Sqrt(own, roots);
            if (FactorScaled(roots, room) is not { } factor)
            {
                return false;
            }

            halfLogDeterminant += 0.5 * factor.LogDeterminant();
            GramMatrix matrix = reduced[of];
            factor.Invert(matrix.Values);
            for (int i = 0; i < Samples; i++)
            {
                unexplained[of * Samples + i] = 1.0 - matrix.Column(i)[i];
            }

            matrix.FillColumns(isSymmetric: false, (column, firstRow, values, _) =>
            {
                TensorPrimitives.Multiply(values, roots.AsSpan(firstRow, values.Length), values);
                TensorPrimitives.Multiply(values, roots[column], values);
                Span<double> total = sum.AsSpan(column * Samples + firstRow, values.Length);
                TensorPrimitives.Add(total, values, total);
            });
        }

        whole = PositiveDefiniteFactor.TryFactor(sum, Samples);
        halfLogDeterminant += 0.5 * whole?.LogDeterminant() ?? double.NaN;
        return whole is not null;
    }

    protected override double HalfLogDeterminant() => halfLogDeterminant;

    /// <summary>a = b − (W⁻¹ + K)⁻¹ K b with b = W f + ∇ log p.</summary>
    protected override double[] Step()
    {
        double[] weights = new double[Weights.Length];
        for (int i = 0; i < Samples; i++)
        {
            double average = 0.0;
            for (int at = i; at < weights.Length; at += Samples)
            {
                average += probabilities[at] * Latent[at];
            }

            for (int at = i; at < weights.Length; at += Samples)
            {
                weights[at] = probabilities[at] * (Latent[at] - average - 1.0);
            }

            weights[classes[i] * Samples + i] += 1.0;
        }

        double[] part = Times(weights);
        Reduce(part);
        TensorPrimitives.Subtract(weights, part, weights);
        return weights;
    }

    protected override double Objective(double[] weights, double[] latent)
    {
        double value = -0.5 * TensorPrimitives.Dot<double>(weights, latent);
        for (int i = 0; i < Samples; i++)
        {
            double largest = double.NegativeInfinity, total = 0.0;
            for (int at = i; at < latent.Length; at += Samples)
            {
                largest = Math.Max(largest, latent[at]);
            }

            for (int at = i; at < latent.Length; at += Samples)
            {
                total += Math.Exp(latent[at] - largest);
            }

            value += latent[classes[i] * Samples + i] - largest - Math.Log(total);
        }

        return value;
    }

    private void Softmax()
    {
        double[] row = new double[Functions];
        for (int i = 0; i < Samples; i++)
        {
            for (int of = 0; of < Functions; of++)
            {
                row[of] = Latent[of * Samples + i];
            }

            TensorPrimitives.SoftMax<double>(row, row);
            for (int of = 0; of < Functions; of++)
            {
                probabilities[of * Samples + i] = row[of];
            }
        }
    }

    /// <summary>Replaces v by (W⁻¹ + K)⁻¹ v = E v − E R S⁻¹ Rᵀ E v; R sums over the classes.</summary>
    private void Reduce(double[] vectors)
    {
        double[] total = new double[Samples];
        for (int of = 0; of < Functions; of++)
        {
            Span<double> own = vectors.AsSpan(of * Samples, Samples);
            Vector<double> product =
                reduced[of].ToMatrix().Multiply(Vector<double>.Build.Dense(own.ToArray()));
            product.AsArray().CopyTo(own);
            TensorPrimitives.Add(total, own, total);
        }

        whole!.Solve(total);
        Vector<double> shared = Vector<double>.Build.Dense(total);
        for (int of = 0; of < Functions; of++)
        {
            Span<double> own = vectors.AsSpan(of * Samples, Samples);
            TensorPrimitives.Subtract(own, reduced[of].ToMatrix().Multiply(shared).AsArray(), own);
        }
    }

    /// <summary>Fills Σ_c of the diagonal blocks of (W⁻¹ + K)⁻¹: S − Σ_c E_c S⁻¹ E_c.</summary>
    private void AddReduced(GramMatrix into)
    {
        into.Values.AsSpan().Clear();
        for (int of = 0; of < Functions; of++)
        {
            reduced[of].Values.CopyTo(room.Values, 0);
            whole!.SolveLower(room.Values);
            Matrix<double> half = room.ToMatrix();
            double[] product = half.TransposeThisAndMultiply(half).AsColumnMajorArray(),
                own = reduced[of].Values;
            into.FillColumns(isSymmetric: false, (column, firstRow, values, _) =>
            {
                int first = column * Samples + firstRow;
                TensorPrimitives.Add(values, own.AsSpan(first, values.Length), values);
                TensorPrimitives.Subtract(values, product.AsSpan(first, values.Length), values);
            });
        }
    }

    /// <summary>
    /// −½ ∂ log det(I + K W)/∂f: of the posterior covariance, only the block of classes at each sample is needed, since
    /// W is made of such blocks.
    /// </summary>
    private double[] CurvatureSlopes()
    {
        double[] result = new double[Weights.Length];
        for (int first = 0; first < Samples; first += SamplesAtATime)
        {
            int rows = Math.Min(SamplesAtATime, Samples - first);
            Matrix<double> cross = Matrix<double>.Build.Dense(
                Samples, rows, Covariance.Values.AsSpan(first * Samples, rows * Samples).ToArray());
            double[][] parts = [.. reduced.Select(matrix => matrix.ToMatrix().Multiply(cross).AsColumnMajorArray())];
            foreach (double[] part in parts)
            {
                whole!.SolveLower(part);
            }

            int from = first;
            Team.Run(Math.Min(Team.Size, rows), team =>
            {
                (int start, int length) = Team.Part(rows, team, Math.Min(Team.Size, rows));
                for (int i = start; i < start + length; i++)
                {
                    FillSlopes(parts, i, from + i, result);
                }
            });
        }

        return result;
    }

    private void FillSlopes(double[][] parts, int column, int sample, double[] result)
    {
        double[] mixed = new double[Samples];
        double averageDiagonal = 0.0, averageMixed = 0.0;
        Span<double> diagonal = new double[Functions], crossed = new double[Functions];
        for (int of = 0; of < Functions; of++)
        {
            ReadOnlySpan<double> own = parts[of].AsSpan(column * Samples, Samples);
            double probability = probabilities[of * Samples + sample];
            TensorPrimitives.MultiplyAdd(own, probability, mixed, mixed);
            diagonal[of] = unexplained[of * Samples + sample]
                + probability * TensorPrimitives.SumOfSquares(own);
            averageDiagonal += diagonal[of];
        }

        for (int of = 0; of < Functions; of++)
        {
            crossed[of] = unexplained[of * Samples + sample]
                + TensorPrimitives.Dot<double>(parts[of].AsSpan(column * Samples, Samples), mixed);
            averageMixed += probabilities[of * Samples + sample] * crossed[of];
        }

        for (int of = 0; of < Functions; of++)
        {
            double probability = probabilities[of * Samples + sample];
            result[of * Samples + sample] = -0.5 * (diagonal[of] - probability * averageDiagonal
                - 2.0 * probability * (crossed[of] - averageMixed));
        }
    }

    /// <summary>The joint covariance of the classes' latent values at a new sample.</summary>
    private Matrix<double> Joint(Matrix<double>[] parts, int column, ReadOnlySpan<double> variances)
    {
        Matrix<double> joint = Matrix<double>.Build.Dense(Functions, Functions);
        for (int a = 0; a < Functions; a++)
        {
            ReadOnlySpan<double> left = parts[a].AsColumnMajorArray().AsSpan(column * Samples, Samples);
            for (int b = a; b < Functions; b++)
            {
                joint[a, b] = joint[b, a] = TensorPrimitives.Dot(
                    left, parts[b].AsColumnMajorArray().AsSpan(column * Samples, Samples));
            }

            joint[a, a] += variances[a];
        }

        return joint;
    }
}
