using Math4AI.LinearAlgebra;
using Math4AI.Optimization.Constraints;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Math4AI.Optimization.LeastSquares;

/// <summary>
/// Variable projection: where the residuals are linear in some parameters c, r = r₀(α) + Φ(α) c, the best c for every α
/// is a linear least-squares solution, and only α is searched: for the residuals Q⊥r₀ with Kaufman's Jacobian, the
/// columns of α projected onto the complement of Φ. There are fewer unknowns, no start for c, and fewer steps. Sources:
/// G. Golub and V. Pereyra, "The differentiation of pseudo-inverses and nonlinear least squares problems whose
/// variables separate", SIAM J. Numer. Anal. 10 (1973); L. Kaufman, "A variable projection method for solving separable
/// nonlinear least squares problems", BIT 15 (1975).
/// </summary>
internal sealed class VariableProjection(IReadOnlyList<int> linear, Minimizer inner) : Minimizer
{
    private const double LinearTo = 1e-6;
    private const double Dependent = 1e-13;

    public override string Name => $"variable-projection, {inner.Name}";

    public override bool KeepsBounds => inner.KeepsBounds;

    protected override Minimum Run(Iteration iteration, double[] parameters)
    {
        if (iteration.Cost is not SquaresCost cost)
        {
            throw new NotSupportedException("Variable projection needs a sum of squares.");
        }

        var reduced = new Reduced(cost, LinearOf(cost), parameters);
        Minimum found;
        if (reduced.Parameters > 0)
        {
            found = RunWithin(inner, iteration, reduced, [.. reduced.Others.Select(j => parameters[j])]);
        }
        else
        {
            bool isKnown = double.IsFinite(reduced.Linearize([], new double[cost.Residuals], []));
            found = iteration.Finish(
                isKnown ? Termination.Direct : Termination.Undetermined, [], double.NaN, double.NaN);
        }

        double[] all = reduced.Complete(found.Parameters.AsArray());
        double[] gradient = new double[all.Length];
        double value = iteration.Gradient(all, gradient);
        return found with
        {
            Method = Name,
            Parameters = Vector<double>.Build.Dense(all),
            Cost = value,
            GradientNorm = iteration.GradientNorm(all, gradient),
            Path = [.. found.Path.Select(point => Vector<double>.Build.Dense(reduced.Complete(point.AsArray())))],
        };
    }

    private int[] LinearOf(SquaresCost cost)
    {
        int[] ofLinear = [.. linear.Distinct().Order()];
        if (ofLinear.Length == 0 || ofLinear[0] < 0 || ofLinear[^1] >= cost.Parameters)
        {
            throw new ArgumentException($"The linear parameters have numbers from 0 to {cost.Parameters - 1}.");
        }

        if (cost.Bounds is { } bounds
            && ofLinear.Any(j => double.IsFinite(bounds.Lower[j]) || double.IsFinite(bounds.Upper[j])))
        {
            throw new NotSupportedException("Bounds of parameters that are found by linear least squares are not kept: "
                + "leave them out of the linear ones.");
        }

        return ofLinear;
    }

    /// <summary>The cost of α alone, with the best c for each.</summary>
    private sealed class Reduced : SquaresCost
    {
        private readonly SquaresCost cost;
        private readonly int[] linear;
        private readonly double[] all;
        private readonly double[] residuals;
        private readonly double[] jacobian;
        private bool isChecked;

        public Reduced(SquaresCost cost, int[] linear, double[] start)
        {
            this.cost = cost;
            this.linear = linear;
            all = (double[])start.Clone();
            residuals = new double[cost.Residuals];
            jacobian = new double[checked(cost.Residuals * cost.Parameters)];
            Others = [.. Enumerable.Range(0, cost.Parameters).Except(linear)];
            if (cost.Bounds is { } bounds && Others.Length > 0)
            {
                Bounds = new Bounds(
                    Vector<double>.Build.Dense([.. Others.Select(j => bounds.Lower[j])]),
                    Vector<double>.Build.Dense([.. Others.Select(j => bounds.Upper[j])]));
            }
        }

        /// <summary>The numbers of the parameters that are searched.</summary>
        public int[] Others { get; }

        public override int Parameters => Others.Length;

        public override int Residuals => cost.Residuals;

        public double[] Complete(ReadOnlySpan<double> searched)
        {
            Project(searched);
            return (double[])all.Clone();
        }

        public override double Linearize(ReadOnlySpan<double> parameters, Span<double> r, Span<double> j)
        {
            if (Project(parameters) is not { } q)
            {
                r.Fill(double.NaN);
                return double.NaN;
            }

            double value = cost.Linearize(all, residuals, j.IsEmpty ? [] : jacobian);
            residuals.CopyTo(r);
            for (int k = 0; k < Others.Length && !j.IsEmpty; k++)
            {
                var column = Vector<double>.Build.Dense(Column(Others[k]).ToArray());
                column -= q * q.TransposeThisAndMultiply(column);
                column.AsArray().CopyTo(j[(k * Residuals)..]);
            }

            return value;
        }

        /// <summary>
        /// Finds the best c for α; returns an orthonormal basis of Φ's columns, or null where they are linearly
        /// dependent.
        /// </summary>
        private Matrix<double>? Project(ReadOnlySpan<double> searched)
        {
            for (int k = 0; k < Others.Length; k++)
            {
                all[Others[k]] = searched[k];
            }

            Matrix<double> phi = LinearizeAt(0.0, residuals);
            if (!double.IsFinite(phi.FrobeniusNorm()) || !residuals.All(double.IsFinite))
            {
                return null;
            }

            if (!isChecked)
            {
                RequireLinear(phi);
                isChecked = true;
            }

            QR<double> qr = phi.QR(QRMethod.Thin);
            for (int k = 0; k < linear.Length; k++)
            {
                // The part of a column that is independent of those before it, relative to its norm.
                if (!(Math.Abs(qr.R[k, k]) > Dependent * phi.Column(k).L2Norm()))
                {
                    return null;
                }
            }

            Vector<double> best = qr.Solve(Vector<double>.Build.Dense(residuals));
            for (int k = 0; k < linear.Length; k++)
            {
                all[linear[k]] = -best[k];
            }

            return qr.Q;
        }

        /// <summary>
        /// Sets every c to one value; gets the residuals there and returns Φ, their derivatives by c.
        /// </summary>
        private Matrix<double> LinearizeAt(double c, double[] r)
        {
            foreach (int k in linear)
            {
                all[k] = c;
            }

            cost.Linearize(all, r, jacobian);
            return Matrix<double>.Build.DenseOfColumnArrays(linear.Select(k => Column(k).ToArray()));
        }

        /// <summary>Where the residuals are linear in c, their derivatives by c do not depend on c.</summary>
        private void RequireLinear(Matrix<double> phi)
        {
            Matrix<double> there = LinearizeAt(1.0, new double[cost.Residuals]);
            for (int k = 0; k < linear.Length; k++)
            {
                double size = Math.Max(phi.Column(k).L2Norm(), there.Column(k).L2Norm());
                if (!((phi.Column(k) - there.Column(k)).L2Norm() <= LinearTo * size))
                {
                    throw new ArgumentException(
                        "The residuals are not linear in the parameters that were said to be linear.");
                }
            }
        }

        private Span<double> Column(int k) => jacobian.AsSpan(k * Residuals, Residuals);
    }
}
