namespace Math4AI.Calculus.DifferentialEquations;

/// <summary>
/// A system of ordinary differential equations dy/dt = f(t, y, θ) with n states y and p parameters θ. A system of your
/// own derives from this class; <see cref="Of"/> creates one from a function.
/// </summary>
public abstract class OdeSystem
{
    /// <summary>Computes dy/dt.</summary>
    /// <param name="time">t.</param>
    /// <param name="state">y, n numbers.</param>
    /// <param name="slope">Receives dy/dt, n numbers.</param>
    public delegate void SlopeFunction(double time, ReadOnlySpan<double> state, Span<double> slope);

    /// <summary>Gets the number n of states.</summary>
    public abstract int States { get; }

    /// <summary>Gets the number p of parameters that sensitivities are integrated for. The default is 0.</summary>
    public virtual int Parameters => 0;

    /// <summary>Returns the system of a function, without parameters; its Jacobian comes from differences.</summary>
    /// <param name="states">n.</param>
    /// <param name="slope">Computes dy/dt.</param>
    public static OdeSystem Of(int states, SlopeFunction slope)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(states, 1);
        ArgumentNullException.ThrowIfNull(slope);
        return new FunctionSystem(states, slope);
    }

    /// <summary>Computes dy/dt.</summary>
    /// <param name="time">t.</param>
    /// <param name="state">y, n numbers.</param>
    /// <param name="slope">Receives dy/dt, n numbers.</param>
    public abstract void Slope(double time, ReadOnlySpan<double> state, Span<double> slope);

    /// <summary>
    /// Computes dy/dt with its derivatives. The default takes central differences in y, and refuses parameters.
    /// </summary>
    /// <param name="time">t.</param>
    /// <param name="state">y, n numbers.</param>
    /// <param name="slope">Receives dy/dt, n numbers.</param>
    /// <param name="byState">Receives ∂f/∂y, n × n, column after column.</param>
    /// <param name="byParameter">Receives ∂f/∂θ, n × p, column after column; empty if it is not asked for.</param>
    /// <exception cref="NotSupportedException">The system has parameters and does not override this method.</exception>
    public virtual void Linearize(
        double time, ReadOnlySpan<double> state, Span<double> slope, Span<double> byState, Span<double> byParameter)
    {
        if (!byParameter.IsEmpty)
        {
            throw new NotSupportedException($"A system with parameters has to override {nameof(Linearize)}.");
        }

        Slope(time, state, slope);
        double[] moved = state.ToArray(), ahead = new double[state.Length], behind = new double[state.Length];
        for (int j = 0; j < moved.Length; j++)
        {
            double step = Math.Cbrt(Math.BitIncrement(1.0) - 1.0) * Math.Max(Math.Abs(state[j]), 1e-6);
            moved[j] = state[j] + step;
            Slope(time, moved, ahead);
            moved[j] = state[j] - step;
            Slope(time, moved, behind);
            moved[j] = state[j];
            for (int i = 0; i < moved.Length; i++)
            {
                byState[j * moved.Length + i] = (ahead[i] - behind[i]) / (2.0 * step);
            }
        }
    }

    private sealed class FunctionSystem(int states, SlopeFunction function) : OdeSystem
    {
        public override int States => states;

        public override void Slope(double time, ReadOnlySpan<double> state, Span<double> slope) =>
            function(time, state, slope);
    }
}
