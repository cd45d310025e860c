namespace Math4AI.Fitting.Uncertainty;

/// <summary>Where a profile, the signed root of the rise of a cost, reaches a quantile.</summary>
internal static class ProfileEnd
{
    private const int MaxFits = 40;
    private const double Farthest = 50.0;

    /// <summary>
    /// Returns the value at one end; infinite if the profile does not reach the quantile within 50 times its width.
    /// </summary>
    /// <param name="centre">The control at the minimum.</param>
    /// <param name="step">How far from there the end may be expected, with its sign.</param>
    /// <param name="quantile">The quantile.</param>
    /// <param name="evaluate">
    /// Given a control, the size of the root, infinite where there is none, and the value that belongs to it.
    /// </param>
    public static double Find(
        double centre, double step, double quantile, Func<double, (double Root, double Value)> evaluate)
    {
        double farthest = Farthest * Math.Abs(step);
        (double Control, double Root) inside = (centre, 0.0);
        (double Control, double Root, double Value)? outside = null;
        for (int i = 0; i < MaxFits; i++)
        {
            double control = outside is { } beyond
                ? inside.Control + (beyond.Control - inside.Control)
                    * Math.Clamp((quantile - inside.Root) / (beyond.Root - inside.Root), 0.05, 0.95)
                : inside.Control + step;
            (double root, double value) = evaluate(control);
            if (Math.Abs(root - quantile) < 1e-6 * quantile)
            {
                return value;
            }

            if (root < quantile)
            {
                inside = (control, root);
                step *= 1.5;
                if (outside is null && Math.Abs(control - centre) > farthest)
                {
                    return double.CopySign(double.PositiveInfinity, step);
                }
            }
            else
            {
                outside = (control, double.IsFinite(root) ? root : 2.0 * quantile, value);
            }

            if (outside is { } end && Math.Abs(end.Control - inside.Control) < 1e-10 * Math.Abs(end.Control))
            {
                return end.Value;
            }
        }

        return outside?.Value ?? double.CopySign(double.PositiveInfinity, step);
    }
}
