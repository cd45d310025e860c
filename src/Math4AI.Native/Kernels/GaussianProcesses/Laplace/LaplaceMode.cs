using System.Numerics.Tensors;
using Math4AI.LinearAlgebra.Decompositions;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.GaussianProcesses.Laplace;

/// <summary>
/// Laplace's approximation of a process that is seen through a likelihood: the posterior of the latent values f is
/// replaced by the normal distribution at its mode, log q(y) = ψ(f̂) − ½ log det(I + K W), with ψ = log p(y | f) − ½ fᵀ
/// K⁻¹ f and W = −∇∇ log p(y | f̂). Several latent functions stand one after the other in each vector.
/// </summary>
/// <remarks>Source: Rasmussen and Williams (2006), sections 3.4, 3.5 and 5.5.</remarks>
internal abstract class LaplaceMode(int samples, int functions)
{
    // Newton's method converges quadratically: after a step of this size, relative to f, the error is rounding.
    private const double Tolerance = 1e-9;

    private const int MaxSteps = 200;

    private const double SmallestStep = 1e-6;

    private GramMatrix? covariance;

    /// <summary>Gets the number of samples.</summary>
    public int Samples => samples;

    /// <summary>Gets the number of latent functions.</summary>
    public int Functions => functions;

    /// <summary>Gets the number of parameters of the likelihood, which follow those of the kernel.</summary>
    public virtual int Parameters => 0;

    /// <summary>Gets log q(y) at the mode that was found last.</summary>
    public double LogEvidence { get; private set; }

    /// <summary>Gets whether the search for the last mode converged.</summary>
    public bool IsConverged { get; private set; }

    /// <summary>Gets a = ∇ log p(y | f̂), with which f̂ = K a and the latent mean is k(x, X) a.</summary>
    public double[] Weights { get; private set; } = new double[samples * functions];

    /// <summary>Gets f̂.</summary>
    public double[] Latent { get; private set; } = new double[samples * functions];

    /// <summary>Gets K.</summary>
    protected GramMatrix Covariance => covariance!;

    /// <summary>Sets the parameters of the likelihood.</summary>
    public virtual void Use(ReadOnlySpan<double> parameters)
    {
    }

    /// <summary>
    /// Finds the mode for a covariance by Newton's method, starting from the mode before; false where the covariance is
    /// not positive semidefinite to rounding.
    /// </summary>
    /// <param name="matrix">K, which is kept until the next one.</param>
    public bool Find(GramMatrix matrix)
    {
        Condition(matrix);
        covariance = matrix;
        IsConverged = false;
        double value = Begin(), change = double.PositiveInfinity;
        for (int step = 0; step < MaxSteps && !IsConverged; step++)
        {
            if (!Prepare())
            {
                return false;
            }

            LogEvidence = value - HalfLogDeterminant();
            IsConverged = change <= Tolerance * (1.0 + TensorPrimitives.Norm<double>(Latent));
            if (!IsConverged)
            {
                (value, change) = Move(value, Step());
            }
        }

        return true;
    }

    /// <summary>Takes a mode that was found before; false where it does not belong to the covariance.</summary>
    /// <param name="matrix">K.</param>
    /// <param name="weights">a.</param>
    /// <param name="latent">f̂.</param>
    public bool Restore(GramMatrix matrix, double[] weights, double[] latent)
    {
        Condition(matrix);
        (covariance, Weights, Latent, IsConverged) = (matrix, weights, latent, true);
        bool isDefinite = Prepare();
        LogEvidence = isDefinite ? Objective(weights, latent) - HalfLogDeterminant() : double.NaN;
        return isDefinite;
    }

    /// <summary>
    /// Computes d log q/dK at the mode, n × n and symmetric, and adds the gradient with respect to the likelihood's own
    /// parameters. Both count that the mode moves.
    /// </summary>
    /// <param name="own">One number a parameter of the likelihood.</param>
    public abstract GramMatrix Slopes(Span<double> own);

    /// <summary>Prepares a covariance before it is used, where the likelihood needs it.</summary>
    /// <param name="matrix">K, which may be changed.</param>
    protected virtual void Condition(GramMatrix matrix)
    {
    }

    /// <summary>Computes ψ.</summary>
    /// <param name="weights">a.</param>
    /// <param name="latent">f = K a.</param>
    protected abstract double Objective(double[] weights, double[] latent);

    /// <summary>Factors what a step from <see cref="Latent"/> needs; false where a matrix is not definite.</summary>
    protected abstract bool Prepare();

    /// <summary>Computes ½ log det(I + K W).</summary>
    protected abstract double HalfLogDeterminant();

    /// <summary>Computes the weights a of the point that Newton's method goes to.</summary>
    protected abstract double[] Step();

    /// <summary>Computes K v for each latent function's part of v.</summary>
    protected double[] Times(double[] vectors) => Covariance.ToMatrix().Multiply(
        Matrix<double>.Build.Dense(samples, vectors.Length / samples, vectors)).AsColumnMajorArray();

    /// <summary>Fills B = I + S K S for a diagonal S, and factors it; null where it is not positive definite.</summary>
    protected PositiveDefiniteFactor? FactorScaled(double[] roots, GramMatrix room)
    {
        room.FillColumns(isSymmetric: false, (column, firstRow, values, _) =>
        {
            ReadOnlySpan<double> from = Covariance.Column(column).Slice(firstRow, values.Length);
            TensorPrimitives.Multiply(from, roots.AsSpan(firstRow, values.Length), values);
            TensorPrimitives.Multiply(values, roots[column], values);
        });
        for (int i = 0; i < room.Columns; i++)
        {
            room.Column(i)[i] += 1.0;
        }

        return PositiveDefiniteFactor.TryFactor(room.Values, room.Columns);
    }

    /// <summary>Begins at the weights before, unless f = 0 is better.</summary>
    private double Begin()
    {
        double[] zero = new double[samples * functions];
        double atZero = Objective(zero, zero);
        Latent = Times(Weights);
        double value = Objective(Weights, Latent);
        if (value >= atZero)
        {
            return value;
        }

        (Weights, Latent) = (zero, [.. zero]);
        return atZero;
    }

    /// <summary>Goes towards a point as far as ψ rises; f = K a holds on the way too.</summary>
    private (double Value, double Change) Move(double value, double[] weights)
    {
        double[] latent = Times(weights);
        double rounding = 1e-13 * (1.0 + Math.Abs(value));
        for (double step = 1.0; step > SmallestStep; step *= 0.5)
        {
            double[] a = Between(Weights, weights, step), f = Between(Latent, latent, step);
            double reached = Objective(a, f);
            if (reached >= value - rounding)
            {
                double change = TensorPrimitives.Distance<double>(f, Latent);
                (Weights, Latent) = (a, f);
                return (reached, change);
            }
        }

        return (value, 0.0);
    }

    private static double[] Between(double[] from, double[] to, double share)
    {
        double[] point = new double[from.Length];
        TensorPrimitives.Subtract(to, from, point);
        TensorPrimitives.MultiplyAdd(point, share, from, point);
        return point;
    }
}
