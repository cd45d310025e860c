using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Calculus.DifferentialEquations;

/// <summary>
/// Integrates ordinary differential equations with steps of adaptive length, and the sensitivities ∂y/∂θ along with
/// them: dS/dt = ∂f/∂y S + ∂f/∂θ. Equivalent in SciPy: <c>scipy.integrate.solve_ivp</c>, which has no sensitivities.
/// </summary>
public static class OdeSolver
{
    private const double Safety = 0.9;
    private const double MaxGrowth = 5.0;
    private const double MinGrowth = 0.2;
    private const double FirstShare = 1e-4;

    /// <summary>Integrates from a start to the requested times.</summary>
    /// <param name="system">dy/dt = f(t, y).</param>
    /// <param name="start">The time at which the initial state holds.</param>
    /// <param name="initial">y at the start, n numbers.</param>
    /// <param name="times">The times, in increasing order, none before the start.</param>
    /// <param name="options">Method and tolerances; null for the defaults.</param>
    /// <param name="initialSensitivity">
    /// ∂y/∂θ at the start, states × parameters, if sensitivities are wanted; null if not.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The shapes do not match, a number is not finite, or the times are not in order.
    /// </exception>
    public static OdeSolution Solve(
        OdeSystem system,
        double start,
        Vector<double> initial,
        IReadOnlyList<double> times,
        OdeOptions? options = null,
        Matrix<double>? initialSensitivity = null)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(initial);
        ArgumentNullException.ThrowIfNull(times);
        options ??= new OdeOptions();
        options.Check();
        Check(system, start, initial, times, initialSensitivity);
        var augmented = new AugmentedSystem(system, initialSensitivity?.ColumnCount ?? 0, options);
        double[] z = [.. initial, .. initialSensitivity?.ToColumnMajorArray() ?? []];
        return new Integration(augmented, options, start, z).To(times);
    }

    private static void Check(
        OdeSystem system, double start, Vector<double> initial, IReadOnlyList<double> times,
        Matrix<double>? sensitivity)
    {
        bool isSensitivityRight = sensitivity is null
            || (sensitivity.RowCount == system.States && sensitivity.ColumnCount == system.Parameters);
        if (initial.Count != system.States || !isSensitivityRight)
        {
            string sensitivities = sensitivity is null
                ? string.Empty
                : $" and {sensitivity.RowCount} × {sensitivity.ColumnCount} sensitivities";
            throw new ArgumentException(
                $"The system has {system.States} states and {system.Parameters} parameters; there are {initial.Count} "
                + $"initial values{sensitivities}.");
        }

        if (!double.IsFinite(start) || !initial.All(double.IsFinite)
            || sensitivity?.Enumerate().All(double.IsFinite) == false)
        {
            throw new ArgumentException("The initial state and its time have to be finite numbers.");
        }

        for (int i = 0; i < times.Count; i++)
        {
            if (!(times[i] >= (i == 0 ? start : times[i - 1])) || !double.IsFinite(times[i]))
            {
                throw new ArgumentException(
                    $"Time {i + 1} is {times[i]}: times are finite, in increasing order, and none is before the start, "
                    + $"{start}.");
            }
        }
    }

    /// <summary>The state of one integration.</summary>
    private sealed class Integration(AugmentedSystem system, OdeOptions options, double start, double[] z)
    {
        private readonly double[] next = new double[z.Length];
        private IOdeStepper stepper = options.Method == OdeMethod.Stiff
            ? new Radau(system, options)
            : new DormandPrince(system);
        private double time = start;
        private double length;
        private double stiffFrom = options.Method == OdeMethod.Stiff ? start : double.NaN;
        private int steps;
        private int rejected;
        private bool isRepeated = true;

        public OdeSolution To(IReadOnlyList<double> times)
        {
            Matrix<double> states = Matrix<double>.Build.Dense(times.Count, system.States, double.NaN);
            var sensitivities = new List<Matrix<double>>();
            string? failure = null;
            system.Remember(z);
            length = times.Count == 0 ? 0.0 : FirstStep(times[^1] - time);
            for (int i = 0; i < times.Count && failure is null; i++)
            {
                failure = Reach(times[i]);
                if (failure is null)
                {
                    states.SetRow(i, z.AsSpan(0, system.States).ToArray());
                    Keep(sensitivities, z[system.States..]);
                }
            }

            while (system.Columns > 1 && sensitivities.Count < times.Count)
            {
                Keep(sensitivities, [.. Enumerable.Repeat(double.NaN, system.States * (system.Columns - 1))]);
            }

            return new OdeSolution(times, states, sensitivities, steps, rejected, stiffFrom, failure);
        }

        private void Keep(List<Matrix<double>> sensitivities, double[] values)
        {
            if (system.Columns > 1)
            {
                sensitivities.Add(Matrix<double>.Build.Dense(system.States, system.Columns - 1, values));
            }
        }

        /// <summary>Steps to a time; returns a sentence with the reason if it cannot be reached.</summary>
        private string? Reach(double target)
        {
            while (time < target)
            {
                if (steps + rejected >= options.MaxSteps)
                {
                    return $"At t = {time:G6} the limit of {options.MaxSteps} steps was reached: the system may be "
                        + "stiff, or grow without bound.";
                }

                bool isLast = time + length * (1.0 + 1e-9) >= target;
                double step = isLast ? target - time : length;
                double error = stepper.Step(time, step, z, isRepeated, next);
                double growth = Safety * Math.Pow(error, -stepper.ErrorExponent);
                growth = double.IsNaN(growth)
                    ? MinGrowth
                    : Math.Clamp(growth, MinGrowth, isRepeated ? 1.0 + MaxGrowth : MaxGrowth);
                if (error > 1.0 || double.IsNaN(error))
                {
                    rejected++;
                    isRepeated = true;
                    length = step * Math.Min(growth, Safety);
                    if (time + length * 0.01 == time)
                    {
                        return $"At t = {time:G6} no step is short enough: the solution grows without bound, or is not "
                            + "finite.";
                    }

                    continue;
                }

                Accept(isLast ? target : time + step, step, isLast && growth >= 1.0
                    ? Math.Max(length, step * growth)
                    : step * growth);
            }

            return null;
        }

        private void Accept(double to, double step, double nextLength)
        {
            stepper.Accept(step, next);
            next.CopyTo(z, 0);
            system.Remember(z);
            time = to;
            length = nextLength;
            isRepeated = false;
            steps++;
            if (options.Method == OdeMethod.Auto && stepper.FindsStiffness)
            {
                stepper = new Radau(system, options);
                stiffFrom = time;
                isRepeated = true;
            }
        }

        /// <summary>Chooses a first step over which no state changes by much.</summary>
        private double FirstStep(double span)
        {
            double[] slope = new double[z.Length];
            if (!system.Slope(time, z, slope))
            {
                return span * FirstShare;
            }

            double shortest = span * FirstShare;
            for (int i = 0; i < system.States; i++)
            {
                if (z[i] != 0.0 && slope[i] != 0.0)
                {
                    shortest = Math.Min(shortest, 0.01 * Math.Abs(z[i] / slope[i]));
                }
            }

            return shortest;
        }
    }
}
