// Players of one page play in time with each other: whichever is started goes on where the last one was, so that a
// source can be compared with the mixture it was in.
{
  const players = [...document.querySelectorAll('audio')];
  let last = null;
  for (const player of players) {
    player.addEventListener('play', () => {
      if (last && last !== player) {
        if (last.currentTime < player.duration || Number.isNaN(player.duration)) {
          player.currentTime = last.ended ? 0 : last.currentTime;
        }
        last.pause();
      }
      last = player;
    });
  }
}
