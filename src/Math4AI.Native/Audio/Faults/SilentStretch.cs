namespace Math4AI.Audio.Faults;

/// <summary>A stretch in which one channel is silent while others are not.</summary>
/// <param name="Channel">The channel, from 0.</param>
/// <param name="First">The first silent frame.</param>
/// <param name="End">The frame after the last one.</param>
/// <param name="Heard">In how many of its frames other channels hold sound.</param>
/// <param name="BeginsSoftly">Whether the channel was soft, or had not begun, before it.</param>
internal readonly record struct SilentStretch(int Channel, long First, long End, long Heard, bool BeginsSoftly);
