using Math4AI.Fitting.Samples;
using Math4AI.Fitting.Starts;
using Math4AI.Optimization;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Solving;

/// <summary>
/// Of equal minima, the conventional one: parameters are positive whose sign does not affect the model, such as the
/// width of a peak, or only shifts a phase, such as an amplitude or a frequency, or that may change sign together, such
/// as height and width of a step; angles are from −π to π.
/// </summary>
internal static class Signs
{
    private const int MaxSamples = 1000;
    private const int MaxParameters = 100;

    // A phase that is shifted by π is rounded.
    private const double SameModel = 1e-9;

    /// <summary>The minimum in its conventional form, where bounds and priors allow it.</summary>
    public static Minimum MadePositive(FitProblem problem, IFitCost cost, Minimum minimum)
    {
        FreeParameters unknowns = cost.Unknowns;
        int[] movable = [.. Enumerable.Range(0, unknowns.Free.Count).Where(j => unknowns.Priors[j] is null)];
        if (movable.Length == 0 || unknowns.Free.Count > MaxParameters)
        {
            return minimum;
        }

        FitBlock block = problem.Blocks().Read(0);
        Matrix<double> inputs =
            block.Inputs.SubMatrix(0, Math.Min(MaxSamples, block.Inputs.RowCount), 0, block.Inputs.ColumnCount);
        var form = new Form(problem, unknowns, inputs, minimum.Parameters);
        int[] angles = problem.Inputs is null ? [] : [.. movable.Where(form.IsAngle)];
        foreach (int j in movable.Except(angles)
            .Where(j => minimum.Parameters[j] < 0.0 && MayBe(problem, unknowns, j, -minimum.Parameters[j])))
        {
            if (!form.Try(0.0, (j, x => -x)))
            {
                _ = angles.Any(angle => form.Try(SameModel, (j, x => -x), (angle, x => x + Math.PI))
                    || form.Try(SameModel, (j, x => -x), (angle, x => -x))
                        || form.Try(SameModel, (j, x => -x), (angle, x => Math.PI - x)));
            }
        }

        foreach (int j in movable.Except(angles).Where(j => form.Parameters[j] < 0.0))
        {
            // Of an odd function height and width, as in b·tanh(x/d), change sign together.
            _ = movable.Except(angles).Where(k => k > j && form.Parameters[k] < 0.0)
                .Any(k => form.Try(SameModel, (j, x => -x), (k, x => -x)));
        }

        foreach (int angle in angles)
        {
            _ = form.Try(SameModel, (angle, x => Math.IEEERemainder(x, 2.0 * Math.PI)));
        }

        return minimum with { Parameters = form.Parameters };
    }

    private static bool MayBe(FitProblem problem, FreeParameters unknowns, int j, double value) =>
        !problem.Bounds.TryGetValue(unknowns.Names[unknowns.Free[j]], out (double Lower, double Upper) box)
        || (value >= box.Lower && value <= box.Upper);

    /// <summary>Parameters that can be exchanged for others with the same model.</summary>
    private sealed class Form
    {
        private readonly FitProblem problem;
        private readonly FreeParameters unknowns;
        private readonly Matrix<double> inputs;
        private readonly Matrix<double> fitted;
        private readonly Lazy<HashSet<string>> angles;

        public Form(FitProblem problem, FreeParameters unknowns, Matrix<double> inputs, Vector<double> parameters)
        {
            (this.problem, this.unknowns, this.inputs, Parameters) = (problem, unknowns, inputs, parameters.Clone());
            fitted = At(Parameters);
            angles = new Lazy<HashSet<string>>(() =>
            {
                double[] theta = unknowns.Completed(Parameters.ToArray());
                return
                [
                    .. PeriodicParameter.AllIn(problem, name =>
                        unknowns.Names.ToList().IndexOf(name) is >= 0 and int i ? theta[i] : null)
                        .Where(parameter => parameter.IsAngle).Select(parameter => parameter.Name),
                ];
            });
        }

        public Vector<double> Parameters { get; private set; }

        public bool IsAngle(int j) => angles.Value.Contains(unknowns.Names[unknowns.Free[j]]);

        /// <summary>Changes some parameters if the model stays what it is; tells whether it did.</summary>
        public bool Try(double tolerance, params (int Parameter, Func<double, double> Change)[] changes)
        {
            Vector<double> moved = Parameters.Clone();
            foreach ((int j, Func<double, double> change) in changes)
            {
                moved[j] = change(moved[j]);
                if (!MayBe(problem, unknowns, j, moved[j]))
                {
                    return false;
                }
            }

            if (!((At(moved) - fitted).InfinityNorm() <= tolerance * fitted.InfinityNorm()))
            {
                return false;
            }

            Parameters = moved;
            return true;
        }

        private Matrix<double> At(Vector<double> parameters) =>
            problem.Model.EvaluateAll(inputs, Vector<double>.Build.Dense(unknowns.Completed(parameters.ToArray())));
    }
}
