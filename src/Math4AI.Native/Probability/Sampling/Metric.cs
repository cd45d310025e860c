namespace Math4AI.Probability.Sampling;

/// <summary>
/// The inverse mass matrix M⁻¹, and the running moments that it is adapted from. The covariance of n draws is shrunk
/// to its diagonal, S_ij n/(n + 5) for i ≠ j, which does not depend on the units of the parameters.
/// </summary>
internal abstract class Metric(int count)
{
    private protected const double Weight = 5.0;

    private protected readonly double[] mean = new double[count];
    private protected int draws;

    /// <summary>A metric of the identity.</summary>
    public static Metric Identity(int count, bool isDense) =>
        isDense ? new DenseMetric(count) : new DiagonalMetric(count);

    /// <summary>M⁻¹: its diagonal, or all of it, row after row.</summary>
    public abstract double[] Inverse { get; }

    /// <summary>M⁻¹ p.</summary>
    public abstract void Velocity(ReadOnlySpan<double> momentum, Span<double> velocity);

    /// <summary>Draws p ~ N(0, M).</summary>
    public abstract void Draw(ChainRandom random, Span<double> momentum);

    /// <summary>Takes a position into the moments.</summary>
    public abstract void Add(ReadOnlySpan<double> position);

    /// <summary>Adapts M⁻¹ to the moments, and begins them anew.</summary>
    public abstract void Adapt();

    /// <summary>Sets M⁻¹.</summary>
    public abstract void Set(ReadOnlySpan<double> inverse);

    private sealed class DiagonalMetric(int count) : Metric(count)
    {
        private readonly double[] inverse = [.. Enumerable.Repeat(1.0, count)];
        private readonly double[] squares = new double[count];

        public override double[] Inverse => inverse;

        public override void Velocity(ReadOnlySpan<double> momentum, Span<double> velocity)
        {
            for (int j = 0; j < inverse.Length; j++)
            {
                velocity[j] = inverse[j] * momentum[j];
            }
        }

        public override void Draw(ChainRandom random, Span<double> momentum)
        {
            for (int j = 0; j < inverse.Length; j++)
            {
                momentum[j] = random.NextNormal() / Math.Sqrt(inverse[j]);
            }
        }

        public override void Add(ReadOnlySpan<double> position)
        {
            draws++;
            for (int j = 0; j < mean.Length; j++)
            {
                double ahead = position[j] - mean[j];
                mean[j] += ahead / draws;
                squares[j] += ahead * (position[j] - mean[j]);
            }
        }

        public override void Adapt()
        {
            for (int j = 0; j < mean.Length; j++)
            {
                double variance = squares[j] / (draws - 1);
                inverse[j] = variance > 0.0 && double.IsFinite(variance) ? variance : inverse[j];
            }

            draws = 0;
            Array.Clear(mean);
            Array.Clear(squares);
        }

        public override void Set(ReadOnlySpan<double> values) => values.CopyTo(inverse);
    }

    private sealed class DenseMetric : Metric
    {
        private readonly int count;
        private readonly double[] inverse;
        private readonly double[] factor;
        private readonly double[] squares;
        private readonly double[] ahead;

        public DenseMetric(int count)
            : base(count)
        {
            this.count = count;
            (inverse, factor, squares) =
                (new double[count * count], new double[count * count], new double[count * count]);
            ahead = new double[count];
            for (int j = 0; j < count; j++)
            {
                inverse[j * count + j] = factor[j * count + j] = 1.0;
            }
        }

        public override double[] Inverse => inverse;

        public override void Velocity(ReadOnlySpan<double> momentum, Span<double> velocity)
        {
            for (int i = 0; i < count; i++)
            {
                double sum = 0.0;
                int row = i * count;
                for (int j = 0; j < count; j++)
                {
                    sum += inverse[row + j] * momentum[j];
                }

                velocity[i] = sum;
            }
        }

        public override void Draw(ChainRandom random, Span<double> momentum)
        {
            // With M⁻¹ = L Lᵀ, Lᵀ p = n has the covariance (L Lᵀ)⁻¹ = M.
            for (int j = 0; j < count; j++)
            {
                momentum[j] = random.NextNormal();
            }

            for (int i = count - 1; i >= 0; i--)
            {
                for (int k = i + 1; k < count; k++)
                {
                    momentum[i] -= factor[k * count + i] * momentum[k];
                }

                momentum[i] /= factor[i * count + i];
            }
        }

        public override void Add(ReadOnlySpan<double> position)
        {
            draws++;
            for (int j = 0; j < count; j++)
            {
                ahead[j] = position[j] - mean[j];
                mean[j] += ahead[j] / draws;
            }

            for (int i = 0; i < count; i++)
            {
                double rest = position[i] - mean[i];
                for (int j = 0; j < count; j++)
                {
                    squares[i * count + j] += rest * ahead[j];
                }
            }
        }

        public override void Adapt()
        {
            double[] adapted = new double[inverse.Length];
            double keep = draws / (draws + Weight) / (draws - 1);
            for (int i = 0; i < count; i++)
            {
                for (int j = 0; j < count; j++)
                {
                    adapted[i * count + j] = i == j
                        ? squares[i * count + i] / (draws - 1)
                        : 0.5 * keep * (squares[i * count + j] + squares[j * count + i]);
                }
            }

            if (TryFactor(adapted))
            {
                adapted.CopyTo(inverse, 0);
            }

            draws = 0;
            Array.Clear(mean);
            Array.Clear(squares);
        }

        public override void Set(ReadOnlySpan<double> values)
        {
            values.CopyTo(inverse);
            TryFactor(inverse);
        }

        /// <summary>Cholesky's factor; false, and nothing changes, where a matrix is not positive definite.</summary>
        private bool TryFactor(double[] matrix)
        {
            double[] found = new double[matrix.Length];
            for (int i = 0; i < count; i++)
            {
                for (int j = 0; j <= i; j++)
                {
                    double sum = matrix[i * count + j];
                    for (int k = 0; k < j; k++)
                    {
                        sum -= found[i * count + k] * found[j * count + k];
                    }

                    if (i == j && !(sum > 0.0 && double.IsFinite(sum)))
                    {
                        return false;
                    }

                    found[i * count + j] = i == j ? Math.Sqrt(sum) : sum / found[j * count + j];
                }
            }

            found.CopyTo(factor, 0);
            return true;
        }
    }
}
